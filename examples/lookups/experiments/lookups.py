"""Times lookups of words that are there; one trial."""

import json
import random
import sys
import time

lookups = 200

given = json.load(sys.stdin)
parameters = given["parameters"]
random.seed(given["seed"])

words = [f"word-{number}" for number in random.sample(range(10**9), parameters["words"])]
sought = random.choices(words, k=lookups)
container = {"list": list, "set": set}[parameters["container"]](words)

started = time.perf_counter_ns()
found = sum(word in container for word in sought)
elapsed = time.perf_counter_ns() - started
assert found == lookups

print("timeUs")
print(elapsed / lookups / 1000)
