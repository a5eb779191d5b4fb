export { faults } from "./table";
