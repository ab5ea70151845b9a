-- wrk -s requests.lua URL -- FILE: sends the requests of the file in turn. A line: method, path, session key or "-", body's file or "-", by tabs.
-- A body's file is a form of one part with the boundary "bench"; a number is written behind its bytes, so that no two are the same.
local requests, n, sent = {}, 0, 0
local ending = "\r\n--bench--\r\n"
function init(args)
  for line in io.lines(args[1]) do
    local method, path, key, body = line:match("^([^\t]+)\t([^\t]+)\t([^\t]+)\t([^\t]+)$")
    local headers = {}
    if key ~= "-" then headers["Cookie"] = "pixelcraft=" .. key end
    if body == "-" then
      requests[#requests + 1] = wrk.format(method, path, headers)
    else
      headers["Content-Type"] = "multipart/form-data; boundary=bench"
      local file = io.open(body, "rb")
      local bytes = file:read("*a"):sub(1, -#ending - 1)
      file:close()
      requests[#requests + 1] = function()
        sent = sent + 1
        return wrk.format(method, path, headers, bytes .. string.format("%010d%010d", os.time(), sent) .. ending)
      end
    end
  end
end
function request()
  n = n % #requests + 1
  local next = requests[n]
  return type(next) == "function" and next() or next
end
