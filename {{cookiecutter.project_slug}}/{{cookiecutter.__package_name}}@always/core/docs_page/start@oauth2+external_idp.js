// Starts Swagger UI. The page allows no inline script, so this is a file of its own.
"use strict";

(async () => {
  const page = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#page",
    deepLinking: true,
    oauth2RedirectUrl: new URL("/docs/oauth2-redirect.html", location.href).href,
    validatorUrl: null,
  });
  const client = await (await fetch("/docs/client.json")).json();
  if (client) page.initOAuth(client);
})();
