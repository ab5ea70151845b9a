namespace PixelCraft.Adapters.Redis;

/// <summary>
/// What <see cref="RedisJobQueue"/> does in Redis: each a Lua script, so that it happens as a whole or not at all. KEYS[1] is the
/// beginning of every key, with the hash tag that puts them all on one node; the lanes can't all be named beforehand. The clock is
/// the server's, as those of the workers differ. <see cref="RedisJobQueue"/> describes the keys.
/// </summary>
internal static class RedisJobScripts
{
    private const string Common =
        """
        local base = KEYS[1]
        local jobs, taken, delayed = base .. ':jobs', base .. ':taken', base .. ':delayed'
        local faults, dead = base .. ':faults', base .. ':dead'
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

        """;

    private const string Put =
        """
        local function wake()
          redis.call('PUBLISH', base .. ':wake', '')
        end

        -- Puts a job into its lane. Takers wait only when they have found all lanes empty: the first in a lane wakes them.
        local function add(job, priority)
          local kind = string.match(job, '^[^:]*')
          if redis.call('RPUSH', base .. ':due:' .. priority .. ':' .. kind, string.format('%013.0f:', now) .. job) == 1 then
            redis.call('RPUSH', base .. ':turns:' .. priority, kind)
            return true
          end
        end

        local function put(job, priority, delay)
          redis.call('HSET', jobs, job, priority)
          if delay == 0 then
            if add(job, priority) then wake() end
          else
            redis.call('ZADD', delayed, now + delay, job)
            -- They look again when the first is due.
            if redis.call('ZRANGE', delayed, 0, 0)[1] == job then wake() end
          end
        end

        -- What has become due. 100 at a time: a script holds up everybody else.
        local function promote()
          local added = false
          for _, job in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, 100)) do
            redis.call('ZREM', delayed, job)
            added = add(job, redis.call('HGET', jobs, job) or '1') or added
          end
          return added
        end

        local function is_full(capacity)
          return redis.call('HLEN', jobs) - redis.call('ZCARD', taken) >= tonumber(capacity)
        end

        """;

    private const string Leave =
        """
        local function leave(job)
          redis.call('HDEL', jobs, job)
          redis.call('ZREM', taken, job)
          redis.call('HDEL', faults, job)
        end

        """;

    /// <summary>ARGV: job, priority, delay in ms, capacity. Answers 0 queued, 1 there already, 2 full.</summary>
    public static readonly RedisScript Enqueue = new(Common + Put +
        """
        if redis.call('HEXISTS', jobs, ARGV[1]) == 1 then return 1 end
        if is_full(ARGV[4]) then return 2 end
        put(ARGV[1], ARGV[2], tonumber(ARGV[3]))
        return 0
        """);

    /// <summary>
    /// ARGV: most, lease time in ms. Answers job, lease and faults of each that was taken; or, where nothing is due, the
    /// milliseconds until a delayed job is or a lease runs out (-1: neither).
    /// </summary>
    public static readonly RedisScript Take = new(Common + Put +
        """
        local most = tonumber(ARGV[1])
        local added = promote()

        -- Those whose lease ran out are older than all that wait.
        local got = redis.call('ZRANGEBYSCORE', taken, '-inf', now, 'LIMIT', 0, most)
        local priorities = {}
        for i, job in ipairs(got) do priorities[i] = string.sub(redis.call('HGET', jobs, job) or '1', 1, 1) end

        -- The lanes of one priority take turns, and share what may be taken.
        local function take_from(priority)
          local turns = base .. ':turns:' .. priority
          local lanes = #got < most and redis.call('LLEN', turns) or 0
          while lanes > 0 and #got < most do
            local kind = redis.call('LMOVE', turns, turns, 'LEFT', 'RIGHT')
            local lane = base .. ':due:' .. priority .. ':' .. kind
            for _, entry in ipairs(redis.call('LPOP', lane, math.ceil((most - #got) / lanes)) or {}) do
              got[#got + 1] = string.sub(entry, 15)
              priorities[#got] = priority
            end
            if redis.call('EXISTS', lane) == 0 then
              redis.call('RPOP', turns)
              lanes = lanes - 1
            end
          end
        end

        local before = #got
        if redis.call('INCR', base .. ':takings') % 8 == 0 then
          for priority = 2, 0, -1 do take_from(tostring(priority)) end
        else
          for priority = 0, 2 do take_from(tostring(priority)) end
        end
        -- Others may have found the lanes empty that were filled just now.
        if added and #got == most then wake() end

        if #got == 0 then
          local due, out = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2], redis.call('ZRANGE', taken, 0, 0, 'WITHSCORES')[2]
          local first = math.min(tonumber(due or math.huge), tonumber(out or math.huge))
          return {first < math.huge and math.max(0, first - now) or -1}
        end

        local counts = redis.call('HMGET', faults, unpack(got))
        local deadlines, leases, answer = {}, {}, {}
        for i, job in ipairs(got) do
          -- Of a microsecond there is only one taking.
          local lease = priorities[i] .. ':' .. clock[1] .. '.' .. clock[2] .. '.' .. i
          deadlines[2 * i - 1], deadlines[2 * i] = now + ARGV[2], job
          leases[2 * i - 1], leases[2 * i] = job, lease
          answer[3 * i - 2], answer[3 * i - 1], answer[3 * i] = job, lease, counts[i] or '0'
        end
        redis.call('ZADD', taken, unpack(deadlines))
        redis.call('HSET', jobs, unpack(leases))
        return answer
        """);

    /// <summary>ARGV: job, lease of each. Answers for each 1, or 0 when the lease was lost.</summary>
    public static readonly RedisScript Complete = new(Common +
        """
        local names = {}
        for i = 1, #ARGV, 2 do names[#names + 1] = ARGV[i] end
        local leases = redis.call('HMGET', jobs, unpack(names))
        local held, answer = {}, {}
        for i, lease in ipairs(leases) do
          local is_held = lease == ARGV[2 * i]
          answer[i] = is_held and 1 or 0
          if is_held then held[#held + 1] = names[i] end
        end
        if held[1] then
          redis.call('HDEL', jobs, unpack(held))
          redis.call('ZREM', taken, unpack(held))
          redis.call('HDEL', faults, unpack(held))
        end
        return answer
        """);

    /// <summary>ARGV: job, lease, lease time in ms. Answers 1, or 0 when the lease was lost; so do all that follow.</summary>
    public static readonly RedisScript Renew = new(Common +
        """
        if redis.call('HGET', jobs, ARGV[1]) ~= ARGV[2] then return 0 end
        redis.call('ZADD', taken, now + ARGV[3], ARGV[1])
        return 1
        """);

    /// <summary>ARGV: job, lease, delay in ms, 1 for a fault.</summary>
    public static readonly RedisScript Retry = new(Common + Put +
        """
        if redis.call('HGET', jobs, ARGV[1]) ~= ARGV[2] then return 0 end
        redis.call('ZREM', taken, ARGV[1])
        if ARGV[4] == '1' then redis.call('HINCRBY', faults, ARGV[1], 1) end
        put(ARGV[1], string.sub(ARGV[2], 1, 1), tonumber(ARGV[3]))
        return 1
        """);

    /// <summary>ARGV: job, lease, reason, dead letters kept.</summary>
    public static readonly RedisScript Bury = new(Common + Leave +
        """
        if redis.call('HGET', jobs, ARGV[1]) ~= ARGV[2] then return 0 end
        local failed = (redis.call('HGET', faults, ARGV[1]) or 0) + 1
        leave(ARGV[1])
        redis.call('XADD', dead, 'MAXLEN', ARGV[4], '*',
          'job', ARGV[1], 'priority', string.sub(ARGV[2], 1, 1), 'faults', failed, 'reason', ARGV[3])
        return 1
        """);

    /// <summary>Answers due, delayed, taken, dead, and then kind, number and age in ms of each lane.</summary>
    public static readonly RedisScript Depth = new(Common + Put +
        """
        if promote() then wake() end
        local due, lanes = 0, {}
        for priority = 0, 2 do
          for _, kind in ipairs(redis.call('LRANGE', base .. ':turns:' .. priority, 0, -1)) do
            local lane = base .. ':due:' .. priority .. ':' .. kind
            local count = redis.call('LLEN', lane)
            due = due + count
            lanes[#lanes + 1] = {kind, count, math.max(0, now - string.sub(redis.call('LINDEX', lane, 0), 1, 13))}
          end
        end
        return {due, redis.call('ZCARD', delayed), redis.call('ZCARD', taken), redis.call('XLEN', dead), lanes}
        """);

    /// <summary>ARGV: id, capacity. Answers 0 replayed, 1 there is no such dead letter, 2 full.</summary>
    public static readonly RedisScript Replay = new(Common + Put +
        """
        local entry = redis.call('XRANGE', dead, ARGV[1], ARGV[1])[1]
        if not entry then return 1 end
        local job, priority = entry[2][2], entry[2][4]
        if redis.call('HEXISTS', jobs, job) == 0 then
          if is_full(ARGV[2]) then return 2 end
          put(job, priority, 0)
        end
        redis.call('XDEL', dead, ARGV[1])
        return 0
        """);
}
