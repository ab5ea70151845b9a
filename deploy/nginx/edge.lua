-- What the edge decides by itself: which permit a request needs, what was withdrawn, and how an object from the store is
-- dressed as the answer of a server. See edge.conf.template.
local away = require "away"

local edge = {}

-- A withdrawn image is forgotten by counting up the generation that its permits are kept under. Generations are kept for
-- groups of images: so their number never grows and none ever falls back. Of a group the permits are asked for again, no more.
local groups = 65536

local conditions = { "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since" }

local framing = { ["content-length"] = true, ["content-range"] = true, ["transfer-encoding"] = true, connection = true }

local shared = ngx.shared.edge
local secret

-- At the start and at each reload. The name of this run is part of every permit's key: after a restart, which forgets the
-- generations, no permit from before is good. The shared memory outlives a reload, and so do the permits.
function edge.start(given)
    secret = given
    if shared:get("run") then return end
    local random = assert(io.open("/dev/urandom", "rb"))
    local name = random:read(12):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)
    random:close()
    -- All of them now: later there might be no room.
    for group = 0, groups - 1 do assert(shared:safe_set(group, 0)) end
    assert(shared:safe_set("pages", 0))
    assert(shared:safe_set("run", name))
end

local function group_of(image) return ngx.crc32_short(image) % groups end

-- The image of a path under /i/ or /t/.
local function image_of(path) return path:match("/i/(%w+)/") or path:match("/(%w+)%.%a+$") end

-- The key of a permit. It is made before the permit is asked for: one that comes after a purge is kept where nobody looks.
function edge.permit_key()
    local path = ngx.var.uri
    -- The servers choose the format of .auto by what the client accepts.
    local accept = path:sub(-5) == ".auto" and ngx.var.http_accept or ""
    return table.concat({ shared:get("run"), shared:get(group_of(image_of(path))), path, accept }, " ")
end

-- The generation of pages: they show images, so all are forgotten with any image.
function edge.pages() return shared:get("run") .. " " .. shared:get("pages") end

local function answer_as(permit)
    for name, value in pairs(permit.header) do ngx.header[name] = value end
end

-- Asks whether the object may be seen, mostly the cache of permits, and says where it is.
function edge.admit()
    -- No URL of ours has a query; what one means, or another method, the servers say.
    local method = ngx.req.get_method()
    if ngx.var.args or (method ~= "GET" and method ~= "HEAD") then return ngx.exec("@web") end
    local permit = ngx.location.capture("/edge-permit" .. ngx.var.uri)
    if permit.status ~= ngx.HTTP_NO_CONTENT then
        if permit.status == ngx.HTTP_OK then ngx.log(ngx.ERR, "the servers don't know this edge's secret") end
        ngx.status = permit.status
        if permit.status == ngx.HTTP_BAD_GATEWAY or permit.status == ngx.HTTP_GATEWAY_TIMEOUT then
            -- nginx's own: a captured answer would be without its type.
            away.say()
        else
            answer_as(permit)
            ngx.print(permit.body)
        end
        return ngx.exit(ngx.HTTP_OK)
    end

    local tag = permit.header["ETag"]
    local place = permit.header["Edge-Object"]
    permit.header["Edge-Object"] = nil
    permit.header["Accept-Ranges"] = nil -- nginx says so itself
    local asked = ngx.var.http_if_none_match
    if asked and (asked == "*" or asked:find(tag, 1, true)) then
        ngx.status = ngx.HTTP_NOT_MODIFIED
        answer_as(permit)
        -- Sent from here: an answer of nginx's own would be without the tag.
        ngx.send_headers()
        return ngx.exit(ngx.HTTP_OK)
    end
    -- The other conditions would be held against the store's tags.
    for _, name in ipairs(conditions) do ngx.req.clear_header(name) end

    ngx.ctx.permit = permit
    ngx.var.object_tag = tag
    if place then
        local host, path = place:match("^https?://([^/]+)(/.*)$")
        ngx.var.object_host = host
        ngx.var.object = ngx.var.store_scheme .. "://store" .. path
    else
        ngx.var.object_host = ngx.var.http_host
        ngx.var.object = "http://balancers" .. ngx.var.uri
    end
end

-- The store's headers go, those of the permit come. Among the store's is an encoding by which only the upload was encoded (aws-chunked).
function edge.dress()
    local permit = ngx.ctx.permit
    if not permit or ngx.is_subrequest or ngx.status >= 300 then return end
    for name in pairs(ngx.resp.get_headers()) do
        if not framing[name] then ngx.header[name] = nil end
    end
    answer_as(permit)
end

-- Takes the ids of withdrawn images, one a line; none asks only whether purges are taken. What is answered with 204 holds for
-- all workers of this nginx.
function edge.purge()
    if ngx.req.get_method() ~= "POST" then return ngx.exit(ngx.HTTP_NOT_ALLOWED) end
    if ngx.var.http_authorization ~= "Bearer " .. secret then return ngx.exit(ngx.HTTP_UNAUTHORIZED) end
    ngx.req.read_body()
    local body = ngx.req.get_body_data()
    local any = false
    for image in (body or ""):gmatch("[^\n]+") do
        if not image:find("^%w+$") then return ngx.exit(ngx.HTTP_BAD_REQUEST) end
        assert(shared:incr(group_of(image), 1))
        any = true
    end
    if any then assert(shared:incr("pages", 1)) end
    ngx.exit(ngx.HTTP_NO_CONTENT)
end

return edge
