// Starts Swagger UI. A file of its own, because the page allows no inline script.
"use strict";

SwaggerUIBundle({ url: "/openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null });
