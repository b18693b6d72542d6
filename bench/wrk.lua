-- SPDX-License-Identifier: Apache-2.0
-- What wrk sends, by the environment: BENCH_TOKEN (bearer), BENCH_IDS (a file of ids, one a line: the path ends in one of
-- them by chance), BENCH_BODY (a file with the body of a POST; "@@@@@@@@@@" in it becomes a running number). The texts of
-- the requests are made before the clock starts, so that the driver, which has a core of its own, is not what is measured.
local token, ids_file, body_file = os.getenv("BENCH_TOKEN"), os.getenv("BENCH_IDS"), os.getenv("BENCH_BODY")
local requests, next_one, body_before, body_after, head, number

if token and token ~= "" then
  wrk.headers["Authorization"] = "Bearer " .. token
end

local function read_all(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function prepare_reads()
  local ids = {}
  for id in read_all(ids_file):gmatch("%d+") do ids[#ids + 1] = id end
  math.randomseed(20260101)
  requests = {}
  for i = 1, 20000 do requests[i] = wrk.format("GET", wrk.path .. ids[math.random(#ids)]) end
  next_one = 0
  request = function()
    next_one = next_one % #requests + 1
    return requests[next_one]
  end
end

local function prepare_posts()
  local body = read_all(body_file)
  local from, to = body:find("@@@@@@@@@@", 1, true)
  body_before, body_after = body:sub(1, from - 1), body:sub(to + 1)
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port ..
    "\r\nContent-Type: application/json\r\nAuthorization: Bearer " .. token .. "\r\nContent-Length: " .. #body .. "\r\n\r\n"
  -- Ten digits, different in every run: seconds in use, then a counter.
  number = (os.time() % 1000) * 10000000 + math.floor(os.clock() * 1000) % 10 * 1000000
  request = function()
    number = number + 1
    return head .. body_before .. string.format("%010d", number) .. body_after
  end
end

function init()
  if ids_file and ids_file ~= "" then prepare_reads() end
  if body_file and body_file ~= "" then prepare_posts() end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    'BENCH {"requests":%d,"per_s":%.1f,"bytes":%d,"p50_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"max_ms":%.3f,"errors":%d,"timeouts":%d}\n',
    summary.requests, summary.requests * 1e6 / summary.duration, summary.bytes, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency:percentile(99.9) / 1000, latency.max / 1000,
    e.connect + e.read + e.write + e.status, e.timeout))
end
