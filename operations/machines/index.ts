export { machineCalled, writeMachineFiles } from "./files";
