export { readServices, servicesFoundBy } from "./read";
export type * from "./report";
export { isAnswered } from "./status";
