-- Which server gets a request: of those that are well the one with the fewest requests that it has not answered yet. nginx by itself learns that
-- a server is ill only from requests that it doesn't answer; here each is asked all the time. See balancer.conf.template.
local peers = require "ngx.balancer"

local balancer = {}

-- How often each server is asked whether it is well, and how long it may take to answer: together less than a second. In seconds, milliseconds.
local interval, connect_patience, patience = 0.25, 250, 400

-- How long a server is left out for what was seen last: until it answers again, if somebody asks it.
local left_out = 2

-- By address: servers that failed or didn't answer. Of all workers.
local sick = ngx.shared.sick

-- By service.
local services = {}

-- By address: requests that this worker waits for. Not shared with the others, as nobody would take back what a worker that crashes had counted.
local open = {}

-- Among equals they take turns.
local turn = 0

-- At the start and at each reload. "web=10.0.1.1:8080,10.0.1.2:8080 realtime=10.0.1.3:8080"
function balancer.start(text)
    for name, list in text:gmatch("(%w+)=(%S+)") do
        services[name] = {}
        for host, port in list:gmatch("([%d.]+):(%d+)") do
            table.insert(services[name], { address = host .. ":" .. port, host = host, port = tonumber(port) })
        end
    end
    if not next(services) then error("SERVERS names no server such as web=10.0.1.1:8080: " .. text) end
end

local function is_well(server)
    local socket = ngx.socket.tcp()
    socket:settimeouts(connect_patience, connect_patience, patience)
    local answer = socket:connect(server.host, server.port)
        and socket:send("GET /health/live HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n")
        and socket:receive()
    socket:close()
    return answer and answer:find("^HTTP/1.1 200 ")
end

local function look(premature, server)
    if premature then return end
    if is_well(server) then
        if sick:get(server.address) then ngx.log(ngx.WARN, server.address, " is well again") end
        sick:delete(server.address)
    else
        if not sick:get(server.address) then ngx.log(ngx.WARN, server.address, " is left out") end
        sick:set(server.address, true, left_out)
    end
end

-- At the start of each worker. One of them asks for all.
function balancer.watch()
    turn = ngx.worker.id()
    if ngx.worker.id() ~= 0 then return end
    local known = {}
    for _, servers in pairs(services) do
        for _, server in ipairs(servers) do
            if not known[server.address] then assert(ngx.timer.every(interval, look, server)) end
            known[server.address] = true
        end
    end
end

-- The one with the fewest open requests, of those that may be asked.
local function least(servers, may_be_asked)
    local best
    for i = 1, #servers do
        local server = servers[(turn + i) % #servers + 1]
        if may_be_asked(server) and (not best or (open[server.address] or 0) < (open[best.address] or 0)) then best = server end
    end
    return best
end

-- For each request, and again when a server failed and the request may be sent to another.
function balancer.choose()
    local servers = services[ngx.var.service]
    if not servers then
        ngx.log(ngx.ERR, "SERVERS names none for ", ngx.var.service)
        return ngx.exit(ngx.HTTP_BAD_GATEWAY)
    end
    local tried = ngx.ctx.tried
    if tried then
        sick:set(ngx.var.asked, true, left_out)
        balancer.ended()
    else
        tried = {}
        ngx.ctx.tried = tried
        peers.set_more_tries(2)
    end
    turn = turn + 1
    -- When none is well, all are tried: better a late answer than none.
    local server = least(servers, function(one) return not tried[one] and not sick:get(one.address) end)
        or least(servers, function(one) return not tried[one] end)
        or least(servers, function() return true end)
    tried[server] = true
    ngx.var.asked = server.address
    open[server.address] = (open[server.address] or 0) + 1
    assert(peers.set_current_peer(server.host, server.port))
end

-- After the last try of a request, and between two.
function balancer.ended()
    local address = ngx.var.asked
    if not address or address == "" then return end
    ngx.var.asked = ""
    open[address] = open[address] - 1
end

return balancer
