-- wrk -s requests.lua URL -- FILE: sends the requests of the file in turn. A line: method, path, session key or "-", body's file or "-", by tabs.
local requests, n = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local method, path, key, body = line:match("^([^\t]+)\t([^\t]+)\t([^\t]+)\t([^\t]+)$")
    local headers, content = {}, nil
    if key ~= "-" then headers["Cookie"] = "pixelcraft=" .. key end
    if body ~= "-" then
      headers["Content-Type"] = "multipart/form-data; boundary=bench"
      local file = io.open(body, "rb")
      content = file:read("*a")
      file:close()
    end
    requests[#requests + 1] = wrk.format(method, path, headers, content)
  end
end
function request()
  n = n % #requests + 1
  return requests[n]
end
