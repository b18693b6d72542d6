-- SPDX-License-Identifier: Apache-2.0
-- What wrk sends, by the environment: BENCH_TOKEN (bearer), BENCH_IDS (a file of ids, one a line: the path ends in one of
-- them by chance), BENCH_BODY (a file with the body of a POST; "@@@@@@@@@@" in it becomes a running number, and "$$$$$$",
-- when it is there, one of BENCH_IDS after another). The texts are made before the clock starts as far as can be, so that
-- the driver, which has a core of its own, is not what is measured.
local token, ids_file, body_file = os.getenv("BENCH_TOKEN"), os.getenv("BENCH_IDS"), os.getenv("BENCH_BODY")
local requests, next_one, number

if token and token ~= "" then
  wrk.headers["Authorization"] = "Bearer " .. token
end

local function read_all(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function read_ids()
  local ids = {}
  for id in read_all(ids_file):gmatch("%d+") do ids[#ids + 1] = id end
  return ids
end

local function prepare_reads()
  local ids = read_ids()
  math.randomseed(20260101)
  requests = {}
  for i = 1, 20000 do requests[i] = wrk.format("GET", wrk.path .. ids[math.random(#ids)]) end
  next_one = 0
  request = function()
    next_one = next_one % #requests + 1
    return requests[next_one]
  end
end

local function split(text, mark)
  local from, to = text:find(mark, 1, true)
  if not from then return "", text end
  return text:sub(1, from - 1), text:sub(to + 1)
end

local function prepare_posts()
  local body = read_all(body_file)
  local ids = ids_file ~= "" and read_ids() or nil
  local head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port ..
    "\r\nContent-Type: application/json\r\nAuthorization: Bearer " .. token .. "\r\nContent-Length: " .. #body .. "\r\n\r\n"
  local before_id, rest = split(body, "$$$$$$")
  local before_number, after = split(ids and rest or body, "@@@@@@@@@@")
  -- Ten digits, different in every run: seconds in use, then a counter.
  number = (os.time() % 1000) * 10000000
  request = function()
    number = number + 1
    local id = ids and before_id .. string.format("%6d", ids[number % #ids + 1]) or ""
    return head .. id .. before_number .. string.format("%010d", number) .. after
  end
end

function init()
  if body_file and body_file ~= "" then
    prepare_posts()
  elseif ids_file and ids_file ~= "" then
    prepare_reads()
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    'BENCH {"requests":%d,"per_s":%.1f,"bytes":%d,"p50_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"max_ms":%.3f,"errors":%d,"timeouts":%d}\n',
    summary.requests, summary.requests * 1e6 / summary.duration, summary.bytes, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency:percentile(99.9) / 1000, latency.max / 1000,
    e.connect + e.read + e.write + e.status, e.timeout))
end
