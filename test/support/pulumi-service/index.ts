export type { Fault, HeldRequest, RecordedRequest, RequestMatch } from "./requests";
export { PulumiService, type ServiceOptions, type ServiceUser } from "./service";
