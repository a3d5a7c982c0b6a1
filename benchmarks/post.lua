-- The request that wrk sends to create an item.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"name": "Earl Grey", "description": "Black tea with bergamot", "price": 4.5}'
