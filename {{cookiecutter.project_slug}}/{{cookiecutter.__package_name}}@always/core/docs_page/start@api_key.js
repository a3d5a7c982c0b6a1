// Starts Swagger UI. The page allows no inline script, so this is a file of its own.
"use strict";

SwaggerUIBundle({ url: "/openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null });
