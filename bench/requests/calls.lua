-- tools/call for wrk: `wrk -s calls.lua URL -- ERA ARGUMENTS_FILE [SESSION]`. The file has the JSON
-- of the arguments of a call a line; lines are taken in turn. ERA is modern, legacy or session.
local lines = {}
local at = 0
local id = 0
local era

function init(args)
  era = args[1]
  for line in io.lines(args[2]) do
    lines[#lines + 1] = line
  end
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  wrk.headers["accept"] = "application/json, text/event-stream"
  if era == "modern" then
    wrk.headers["mcp-protocol-version"] = "2026-07-28"
    wrk.headers["mcp-method"] = "tools/call"
    wrk.headers["mcp-name"] = "search"
  else
    wrk.headers["mcp-protocol-version"] = "2025-11-25"
  end
  if args[3] then
    wrk.headers["mcp-session-id"] = args[3]
  end
  if os.getenv("NEW_CONNECTIONS") then
    wrk.headers["connection"] = "close"
  end
end

local meta = ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
  .. '"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},'
  .. '"io.modelcontextprotocol/clientCapabilities":{}}'

function request()
  at = at % #lines + 1
  id = id + 1
  return wrk.format(nil, nil, nil, '{"jsonrpc":"2.0","id":' .. id
    .. ',"method":"tools/call","params":{"name":"search","arguments":' .. lines[at]
    .. (era == "modern" and meta or "") .. '}}')
end
