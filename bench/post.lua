-- SPDX-License-Identifier: Apache-2.0
-- For wrk: posts REQUEST with the bench's key, counts answers that are not 200 and a body too short.
local file = assert(io.open(os.getenv("REQUEST"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Authorization"] = "Bearer lk_bench"
wrk.headers["Content-Type"] = "application/json"
wrk.path = "/v1/chat/completions"

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("requests %d seconds %.3f p50_us %d p99_us %d wrong %d\n",
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
