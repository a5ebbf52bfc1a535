-- Sends one kind of request for a number of seconds, lets the last answers come in, ends wrk, and
-- prints what was answered as JSON. Arguments: seconds, connections, kind, and what the kind needs.
local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds; long nanoseconds; } holdfast_time;
    int clock_gettime(int clock, holdfast_time *time);
    int getpid(void);
    int kill(int pid, int signal);
]]

-- A worker of gunicorn keeps the connections that it took, and now and then one of two takes them
-- all. One request of so many asks for the end of its connection, so that they spread anew all the
-- time: whoever has less to do is quicker to take the next one.
local REQUESTS_A_CONNECTION = 40
local SIGINT = 2

local threads = {}
local words = {}
local seconds, connections, kind, first, many, count, ends_at
local sent, resting = 0, 0

local function now()
    local time = ffi.new("holdfast_time")
    ffi.C.clock_gettime(1, time)
    return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    seconds, connections, kind = tonumber(args[1]), tonumber(args[2]), args[3]
    first, many, count = tonumber(args[4]), tonumber(args[5]), tonumber(args[6])
    for word in (os.getenv("LOAD_WORDS") or ""):gmatch("[^\n]+") do table.insert(words, word) end
    created, given, answered, refused = 0, 0, 0, 0
end

-- After the end nothing more is sent, so that every request that reached the server is counted.
-- Each connection comes here before each request: the last one to come has the last answer.
function delay()
    ends_at = ends_at or now() + seconds
    if now() < ends_at then return 0 end
    resting = resting + 1
    if resting == connections then ffi.C.kill(ffi.C.getpid(), SIGINT) end
    return 600000
end

-- Each job hears of a run every 15 minutes, so that no two posts are one run.
local function status_post()
    local at = os.date("!%Y-%m-%dT%H:%M:%SZ", 1700000000 + math.floor(count / many) * 900)
    return string.format(
        '{"job_id": %d, "execution_result": "success", "execution_date": "%s", ' ..
        '"backup_size_bytes": 1073741824, "duration_seconds": 300.5}',
        first + count % many, at)
end

-- What each kind sends: method, path (or the target's own), body.
local kinds = {
    get = function() return "GET" end,
    post = function() return "POST", nil, "" end,
    claim = function() return "POST", nil, "{}" end,
    status = function() return "POST", nil, status_post() end,
    bodies = function() return "POST", nil, words[count % #words + 1] end,
    run = function() return "POST", string.format(wrk.path, first + count), "{}" end,
}

function request()
    local method, path, body = kinds[kind]()
    if kind == "status" and #words > 0 then
        wrk.headers["Authorization"] = "Bearer " .. words[count % #words + 1]
    end
    count, sent = count + 1, sent + 1
    wrk.headers["Connection"] = sent % REQUESTS_A_CONNECTION == 0 and "close" or nil
    return wrk.format(method, path, nil, body)
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
