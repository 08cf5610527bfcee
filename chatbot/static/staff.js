// Puts the session's token on every change that this page sends, so that no other site can send one in its name.
{
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const send = window.fetch;
  window.fetch = (resource, options = {}) => {
    const address = new URL(resource instanceof Request ? resource.url : resource, location.href);
    const method = (options.method || (resource instanceof Request ? resource.method : "GET")).toUpperCase();
    if (address.origin !== location.origin || method === "GET" || method === "HEAD") return send(resource, options);
    const headers = new Headers(options.headers || (resource instanceof Request ? resource.headers : undefined));
    headers.set("x-csrf-token", token);
    return send(resource, { ...options, headers });
  };
}
