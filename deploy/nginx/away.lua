-- What nginx itself says where no server answers (502, 504): as the servers say it, and to people as a page.
local page = [[<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not available right now · PixelCraft</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fafbfc, #101416); color: light-dark(#1b2226, #e8ebed) }
body { max-width: 32rem; margin: 20vh auto; padding: 0 1rem }
h1 { font-size: 1.5rem; line-height: 1.2 }
a { color: light-dark(#0b6b57, #6fd6bd) }
</style>
<h1>Not available right now</h1>
<p>No server answered in time. This mostly lasts for seconds.</p>
<p>What you were sending may have arrived all the same: go back, and look before you send it again.</p>
<p><a href="/">Go to the gallery</a></p>
</html>
]]

local problem = '{"type":"urn:pixelcraft:problem:unavailable","title":"Part of PixelCraft is not available right now.","status":%d,'
    .. '"detail":"No server answered in time. What was sent may have arrived: look before sending it again, or send it with the same Idempotency-Key.",'
    .. '"code":"unavailable"}'

local away = {}

function away.say()
    ngx.header["Retry-After"] = 10
    ngx.header["Cache-Control"] = "no-store"
    if (ngx.var.http_accept or ""):find("text/html", 1, true) then
        ngx.header["Content-Type"] = "text/html; charset=utf-8"
        ngx.print(page)
    else
        ngx.header["Content-Type"] = "application/problem+json"
        ngx.print(problem:format(ngx.status))
    end
end

return away
