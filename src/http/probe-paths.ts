/** Whether the process answers. */
export const HEALTH_PATH = "/healthz";
/** Whether it may get traffic. */
export const READY_PATH = "/readyz";

/** Questions of load balancers and supervisors, which are always answered. */
export function isProbePath(path: string): boolean {
  return path === HEALTH_PATH || path === READY_PATH;
}
