/**
 * The route of a door of the API, below `/api/`. The prefix stands in every route and not in host.json, because the console is
 * served at `/` by the same app (docs/decisions/0320-the-console-at-the-root.md).
 */
export function apiRoute(route: string): string {
  return `api/${route}`;
}
