"""One script for each strategy: count and notify the standing, in one step on the server.

``KEYS[1]`` is a budget of one caller; ``ARGV`` its amount, its window in milliseconds and the cost, where 0 only
looks. The answer is: admitted (1 or 0), what is used, the milliseconds to the reset, and for the sliding window what
was used in the window before. A script runs alone on its server, so requests at the same time cannot pass together.
"""

from hashlib import sha1

from .client import CALL

# The window begins with its first request.
_FIXED = """
local amount, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local used = tonumber(call('GET', KEYS[1]) or 0)
local admitted = used + cost <= amount
if admitted and cost > 0 then
    call('INCRBY', KEYS[1], cost)
    if used == 0 then call('PEXPIRE', KEYS[1], window) end
    used = used + cost
end
local left = call('PTTL', KEYS[1])
if left < 0 then left = window end
return {admitted and 1 or 0, used, left, 0}
"""

# A list of the times of the last requests, oldest last. Each time is taken off once.
_MOVING = """
local amount, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local oldest = call('LINDEX', KEYS[1], -1)
while oldest and tonumber(oldest) <= now - window do
    call('RPOP', KEYS[1])
    oldest = call('LINDEX', KEYS[1], -1)
end
local used = call('LLEN', KEYS[1])
local admitted = used + cost <= amount
if admitted and cost > 0 then
    for _ = 1, cost do call('LPUSH', KEYS[1], string.format('%.0f', now)) end
    call('PEXPIRE', KEYS[1], window)
    used = used + cost
    oldest = oldest or now
end
return {admitted and 1 or 0, used, oldest and tonumber(oldest) + window - now or 0, 0}
"""

# The number of the window, and what was used in it and in the one before.
_SLIDING = """
local amount, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local number = math.floor(now / window)
local left = (number + 1) * window - now
local kept = call('HMGET', KEYS[1], 'number', 'current', 'previous')
local last, current, previous = tonumber(kept[1]), tonumber(kept[2]) or 0, tonumber(kept[3]) or 0
if last ~= number then
    previous = last == number - 1 and current or 0
    current = 0
end
local admitted = current + math.floor(previous * left / window) + cost <= amount
if admitted and cost > 0 then
    current = current + cost
    call('HSET', KEYS[1], 'number', number, 'current', current, 'previous', previous)
    call('PEXPIRE', KEYS[1], left + window)
end
return {admitted and 1 or 0, current, left, previous}
"""

# The server knows a script that it has seen by its SHA-1.
SCRIPTS = {
    strategy: (text, sha1(text.encode(), usedforsecurity=False).hexdigest())
    for strategy, text in (
        (strategy, f"local call = {CALL}{script}")
        for strategy, script in (
            ("fixed-window", _FIXED),
            ("moving-window", _MOVING),
            ("sliding-window-counter", _SLIDING),
        )
    )
}
