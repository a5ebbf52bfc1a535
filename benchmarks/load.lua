-- Sends one kind of request for a number of seconds, lets the last answers come in, and prints
-- what was answered as JSON. Arguments: seconds, kind, and what that kind needs.
local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds; long nanoseconds; } holdfast_time;
    int clock_gettime(int clock, holdfast_time *time);
]]

local threads = {}
local seconds, kind, first_job, jobs, count, ends_at

local function now()
    local time = ffi.new("holdfast_time")
    ffi.C.clock_gettime(1, time)
    return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    seconds, kind = tonumber(args[1]), args[2]
    first_job, jobs, count = tonumber(args[3] or 0), tonumber(args[4] or 1), tonumber(args[5] or 0)
    created, given, answered, refused = 0, 0, 0, 0
end

-- After the end nothing more is sent, so that every request that reached the server is counted.
function delay()
    ends_at = ends_at or now() + seconds
    if now() >= ends_at then return 60000 end
    return 0
end

-- Each job hears of a run every 15 minutes, so that no two posts are one run.
local function status_post()
    local at = os.date("!%Y-%m-%dT%H:%M:%SZ", 1700000000 + math.floor(count / jobs) * 900)
    local body = string.format(
        '{"job_id": %d, "execution_result": "success", "execution_date": "%s", ' ..
        '"backup_size_bytes": 1073741824, "duration_seconds": 300.5}',
        first_job + count % jobs, at)
    count = count + 1
    return wrk.format("POST", nil, nil, body)
end

function request()
    if kind == "status" then return status_post() end
    if kind == "post" then return wrk.format("POST", nil, nil, "") end
    if kind == "claim" then return wrk.format("POST", nil, nil, "{}") end
    return wrk.format("GET")
end

function response(status)
    answered = answered + 1
    if status == 200 then given = given + 1 end
    if status == 201 then created = created + 1 end
    if status >= 300 then refused = refused + 1 end
end

function done(summary, latency)
    local sums = {created = 0, given = 0, answered = 0, refused = 0}
    for _, thread in ipairs(threads) do
        for name in pairs(sums) do sums[name] = sums[name] + thread:get(name) end
    end
    local errors = summary.errors
    print(string.format(
        '{"answered": %d, "created": %d, "given": %d, "refused": %d, "broken": %d, ' ..
        '"median_us": %d, "p99_us": %d}',
        sums.answered, sums.created, sums.given, sums.refused,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
