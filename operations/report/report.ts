import type { MeshSnapshot } from "../../diagnosis";
import { dataWithoutSecrets } from "../../topology";
import { doctorReport, isFoundWell, type DoctorReport } from "../doctor";
import type { DrawnMesh } from "../graph";
import { isHealthy, type VerifyReport } from "../verify";
import { callsOf, type CallsOfReport } from "./calls";
import { endsIn, type EndOfReport } from "./certificates";
import { clustersOf, type ClusterOfReport } from "./clusters";
import { graphOf } from "./graph";

/** All that was seen of a mesh at one time, as one document. Without a secret. */
export interface MeshReport {
  /** The mesh's id. */
  readonly mesh: string;
  /** When the mesh was looked at, RFC 3339. */
  readonly takenAt: string;
  readonly graph: DrawnMesh;
  readonly clusters: readonly ClusterOfReport[];
  /** Certificates and tokens, the next end first. */
  readonly ends: readonly EndOfReport[];
  /** A row for each pair of clusters that know each other. */
  readonly calls: readonly CallsOfReport[];
  /** What is wrong, and why. */
  readonly doctor: DoctorReport;
  /** Left out where nobody verified the mesh, such as of a bundle. */
  readonly verify?: VerifyReport;
}

/** What a report is made of. */
export interface Sources {
  readonly snapshot: MeshSnapshot;
  /** The mesh as its plan has it. Default: as far as the snapshot has it, without machines. */
  readonly graph?: DrawnMesh;
  /** Default: nobody verified it. */
  readonly verify?: VerifyReport;
}

/** A report of a mesh. Pure. */
export function meshReport({ graph, snapshot, verify }: Sources): MeshReport {
  const drawn = graph ?? graphOf(snapshot.mesh);
  const doctor = doctorReport(snapshot);
  return dataWithoutSecrets({
    mesh: snapshot.mesh.id,
    takenAt: snapshot.takenAt,
    graph: drawn,
    clusters: clustersOf(snapshot, drawn, doctor, verify),
    ends: endsIn(snapshot),
    calls: callsOf(snapshot.mesh, drawn, verify),
    doctor,
    ...(verify === undefined ? {} : { verify }),
  });
}

/** Whether nothing was found to be wrong, in what was looked at. Pure. */
export function isReportedWell({ doctor, verify }: MeshReport): boolean {
  return isFoundWell(doctor) && (verify === undefined || isHealthy(verify));
}
