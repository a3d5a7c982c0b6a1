"""A Lua script for each strategy, which counts hits and returns the results atomically.

Each of ``KEYS`` is a limit of one client; ``ARGV`` has three numbers for each: its amount, its window in milliseconds
and the cost, of which 0 only reads. A script counts in turn until a hit is rejected. For each hit it returns admitted
(1 or 0), the hits in the window, the milliseconds until the reset, and for the sliding window the hits in the previous
window. The server runs one script at a time, so concurrent requests cannot exceed the rate.
"""

from hashlib import sha1

from .client import CALL

_NOW = """
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
"""

# The window starts with its first hit.
_FIXED = """
local used = tonumber(call('GET', key) or 0)
local admitted = used + cost <= amount
if admitted and cost > 0 then used = call('INCRBY', key, cost) end
local left = call('PTTL', key)
if left < 0 then
    left = window
    if used > 0 and cost > 0 then call('PEXPIRE', key, window) end
end
return {admitted and 1 or 0, used, left, 0}
"""

# A list of the times of the last hits, oldest last. Each time is removed once.
_MOVING = """
local oldest = call('LINDEX', key, -1)
while oldest and tonumber(oldest) <= now - window do
    call('RPOP', key)
    oldest = call('LINDEX', key, -1)
end
local used = call('LLEN', key)
local admitted = used + cost <= amount
if admitted and cost > 0 then
    for _ = 1, cost do call('LPUSH', key, string.format('%.0f', now)) end
    call('PEXPIRE', key, window)
    used = used + cost
    oldest = oldest or now
end
return {admitted and 1 or 0, used, oldest and tonumber(oldest) + window - now or 0, 0}
"""

# The number of the window, and the hits in it and in the previous one.
_SLIDING = """
local number = math.floor(now / window)
local left = (number + 1) * window - now
local kept = call('HMGET', key, 'number', 'current', 'previous')
local last, current, previous = tonumber(kept[1]), tonumber(kept[2]) or 0, tonumber(kept[3]) or 0
if last ~= number then
    previous = last == number - 1 and current or 0
    current = 0
end
local admitted = current + math.floor(previous * left / window) + cost <= amount
if admitted and cost > 0 then
    current = current + cost
    call('HSET', key, 'number', number, 'current', current, 'previous', previous)
    if last ~= number then call('PEXPIRE', key, left + window) end
end
return {admitted and 1 or 0, current, left, previous}
"""

_EACH = """
local results = {}
for number, key in ipairs(KEYS) do
    local first = 3 * number - 2
    results[number] = hit(key, tonumber(ARGV[first]), tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2]))
    if results[number][1] == 0 then break end
end
return results
"""

# EVALSHA runs a cached script by its SHA-1.
SCRIPTS = {
    strategy: (script, sha1(script.encode(), usedforsecurity=False).hexdigest())
    for strategy, script in (
        (strategy, f"local call = {CALL}{_NOW}local function hit(key, amount, window, cost){body}end{_EACH}")
        for strategy, body in (
            ("fixed-window", _FIXED),
            ("moving-window", _MOVING),
            ("sliding-window-counter", _SLIDING),
        )
    )
}
