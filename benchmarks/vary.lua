-- Call another path with another key in each request: the files that contain them are the arguments.
local function lines(file)
  local found = {}
  for line in io.lines(file) do
    found[#found + 1] = line
  end
  return found
end

local keys, paths, number

function init(args)
  keys, paths, number = lines(args[1]), lines(args[2]), tonumber(args[3])
end

function request()
  number = number + 1
  local key = { ["X-API-Key"] = keys[number % #keys + 1] }
  return wrk.format("GET", paths[number % #paths + 1], key)
end
