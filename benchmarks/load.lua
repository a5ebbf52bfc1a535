-- Waits until it may begin, sends one kind of request for a number of seconds, lets the last
-- answers come in, ends wrk, and prints what was answered as JSON. Several wrks share the work:
-- each takes its own of the numbers. Arguments: those of `Order` in wrk.py.
local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds; long nanoseconds; } holdfast_time;
    int clock_gettime(int clock, holdfast_time *time);
    int getpid(void);
    int kill(int pid, int signal);
    int usleep(unsigned microseconds);
]]

local SIGINT = 2
-- So many cuts of the latencies, of equal weight, are told: those of several wrks can be merged.
local CUTS = 500

local threads = {}
local words = {}
local seconds, connections, kind, first, many, step, beginning, ends_at
local resting = 0

local function now()
    local time = ffi.new("holdfast_time")
    ffi.C.clock_gettime(1, time)
    return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local function may_begin()
    local file = io.open(beginning)
    if file then file:close() end
    return file ~= nil
end

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    beginning, seconds, connections, kind = args[1], tonumber(args[2]), tonumber(args[3]), args[4]
    first, many = tonumber(args[5]), tonumber(args[6])
    count, step = tonumber(args[7]), tonumber(args[8])
    for word in (os.getenv("LOAD_WORDS") or ""):gmatch("[^\n]+") do table.insert(words, word) end
    created, given, answered, refused = 0, 0, 0, 0
end

-- Each connection comes here before each request; gives milliseconds. The first one waits for the
-- beginning, and with it all of this wrk. After the end nothing more is sent, so that every request
-- that reached the server is counted: the last one to come here has the last answer.
function delay()
    if not ends_at then
        while not may_begin() do ffi.C.usleep(2000) end
        ends_at = now() + seconds
    end
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
    if kind == "status" then
        wrk.headers["Authorization"] = "Bearer " .. words[count % #words + 1]
    end
    count = count + step
    return wrk.format(method, path, nil, body)
end

function response(status)
    answered = answered + 1
    if status == 200 then given = given + 1 end
    if status == 201 then created = created + 1 end
    if status >= 300 then refused = refused + 1 end
end

function done(summary, latency)
    local thread, errors, cuts = threads[1], summary.errors, {}
    for cut = 1, CUTS do cuts[cut] = latency:percentile((cut - 0.5) * 100 / CUTS) end
    print(string.format(
        '{"answered": %d, "created": %d, "given": %d, "refused": %d, "next": %d, "broken": %d, ' ..
        '"latencies_us": [%s]}',
        thread:get("answered"), thread:get("created"), thread:get("given"), thread:get("refused"),
        thread:get("count"), errors.connect + errors.read + errors.write + errors.timeout,
        table.concat(cuts, ",")))
end
