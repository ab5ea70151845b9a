namespace PixelCraft.Adapters.Redis;

/// <summary>
/// What <see cref="RedisJobQueue"/> does in Redis: each a Lua script, so that it happens as a whole or not at all. KEYS are
/// always the stream, delayed, jobs and dead; the clock is the server's, as those of the workers differ.
/// The group has one consumer: a lease is told from an earlier one by the number of deliveries, which grows with every
/// taking, and consumers named after processes would pile up.
/// </summary>
internal static class RedisJobScripts
{
    private const string Common =
        """
        local stream, delayed, jobs, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
        local group, consumer = 'workers', 'worker'

        local function now()
          local clock = redis.call('TIME')
          return clock[1] * 1000 + math.floor(clock[2] / 1000)
        end

        -- A reply, or nil where the stream or its group is not there: nothing was taken yet, or Redis was flushed.
        local function of_group(...)
          local reply = redis.pcall(...)
          if reply.err then
            if string.find(reply.err, 'NOGROUP', 1, true) then return nil end
            error(reply.err, 0)
          end
          return reply
        end

        local function taken()
          local summary = redis.call('EXISTS', stream) == 1 and of_group('XPENDING', stream, group)
          return summary and summary[1] or 0
        end

        -- Adds to the waiting ones, and wakes who waits: the next look may have to come sooner.
        local function put(job, delay, channel)
          if delay > 0 then
            redis.call('ZADD', delayed, now() + delay, job)
          else
            redis.call('XADD', stream, '*', 'job', job)
          end
          redis.call('PUBLISH', channel, '')
        end

        -- The job of a lease that is still held, else nil.
        local function held(id, deliveries)
          local pending = of_group('XPENDING', stream, group, id, id, 1)
          if not pending or not pending[1] or pending[1][4] ~= tonumber(deliveries) then return nil end
          local entry = redis.call('XRANGE', stream, id, id)[1]
          return entry and entry[2][2]
        end

        local function leave(id)
          redis.call('XACK', stream, group, id)
          redis.call('XDEL', stream, id)
        end

        """;

    /// <summary>ARGV: job, delay in ms, capacity, channel. Answers 0 queued, 1 there already, 2 full.</summary>
    public const string Enqueue = Common +
        """
        if redis.call('HEXISTS', jobs, ARGV[1]) == 1 then return 1 end
        if redis.call('HLEN', jobs) - taken() >= tonumber(ARGV[3]) then return 2 end
        redis.call('HSET', jobs, ARGV[1], 0)
        put(ARGV[1], tonumber(ARGV[2]), ARGV[4])
        return 0
        """;

    /// <summary>
    /// ARGV: lease time in ms, channel. Answers the entry's id, job, faults and deliveries; or, where nothing is due, the
    /// milliseconds until the next delayed job is (-1: none).
    /// </summary>
    public const string Take = Common +
        """
        -- What has become due. 100 at a time: a script holds up everybody else.
        local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now(), 'LIMIT', 0, 100)
        for _, job in ipairs(due) do
          redis.call('ZREM', delayed, job)
          redis.call('XADD', stream, '*', 'job', job)
        end
        if #due > 1 then redis.call('PUBLISH', ARGV[2], '') end

        local entry, deliveries
        local out = of_group('XPENDING', stream, group, 'IDLE', ARGV[1], '-', '+', 1)
        if not out then
          redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
        elseif out[1] then
          -- A lease ran out. XAUTOCLAIM would look at ten entries from the oldest and miss it behind ten long ones.
          entry = redis.call('XCLAIM', stream, group, consumer, ARGV[1], out[1][1])[1]
          deliveries = out[1][4] + 1
        end
        if not entry then
          local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1, 'STREAMS', stream, '>')
          entry = read and read[1][2][1]
          deliveries = 1
        end
        if entry then
          local job = entry[2][2]
          return {entry[1], job, tonumber(redis.call('HGET', jobs, job) or 0), deliveries}
        end

        local first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
        return {first[2] and math.max(0, first[2] - now()) or -1}
        """;

    /// <summary>ARGV: id, deliveries. Answers 1, or 0 when the lease was lost; so do all that follow.</summary>
    public const string Renew = Common +
        """
        if not held(ARGV[1], ARGV[2]) then return 0 end
        -- JUSTID sets the idle time to zero and leaves the number of deliveries.
        redis.call('XCLAIM', stream, group, consumer, 0, ARGV[1], 'JUSTID')
        return 1
        """;

    /// <summary>ARGV: id, deliveries.</summary>
    public const string Complete = Common +
        """
        local job = held(ARGV[1], ARGV[2])
        if not job then return 0 end
        leave(ARGV[1])
        redis.call('HDEL', jobs, job)
        return 1
        """;

    /// <summary>ARGV: id, deliveries, delay in ms, 1 for a fault, channel.</summary>
    public const string Retry = Common +
        """
        local job = held(ARGV[1], ARGV[2])
        if not job then return 0 end
        leave(ARGV[1])
        redis.call('HINCRBY', jobs, job, ARGV[4])
        put(job, tonumber(ARGV[3]), ARGV[5])
        return 1
        """;

    /// <summary>ARGV: id, deliveries, reason, dead letters kept.</summary>
    public const string Bury = Common +
        """
        local job = held(ARGV[1], ARGV[2])
        if not job then return 0 end
        leave(ARGV[1])
        local faults = (redis.call('HGET', jobs, job) or 0) + 1
        redis.call('HDEL', jobs, job)
        redis.call('XADD', dead, 'MAXLEN', ARGV[4], '*', 'job', job, 'faults', faults, 'reason', ARGV[3])
        return 1
        """;

    /// <summary>Answers due, delayed, taken, dead.</summary>
    public const string Depth = Common +
        """
        local overdue = redis.call('ZCOUNT', delayed, '-inf', now())
        local busy = taken()
        return {redis.call('XLEN', stream) - busy + overdue, redis.call('ZCARD', delayed) - overdue, busy, redis.call('XLEN', dead)}
        """;
}
