/**
 * What Pulumi's CLI says when it cannot use its backend, as a problem that a reader can mend. Pure.
 */

import { shortQuote, withoutUserInfo, type Problem } from "../../topology";
import { awsCredentials, stackWords, type BackendUse, type FailureRow } from "./failure-row";
import { keyProblems } from "./key-problem";
import { unreachableReason } from "./unreachable-reason";

/**
 * The problem that the CLI's words tell of; undefined when they tell of something else.
 * @param words What the CLI wrote to standard error.
 */
export function backendProblem(words: string, use: BackendUse): Problem | undefined {
  for (const row of failureRows) {
    const match = row.words.exec(words);
    if (match !== null) return row.problem(match, use);
  }
  return undefined;
}

const backendProblems: readonly FailureRow[] = [
  {
    id: "not-logged-in",
    words: /PULUMI_ACCESS_TOKEN must be set for login/,
    problem: (_match, { url }) =>
      url === undefined || /^https?:/.test(url)
        ? {
            path: backendWords(url),
            expected: "an access token, or another backend",
            found: "none",
            fix: "Set PULUMI_BACKEND_URL to where the states are (`file:///srv/pulumi`, `s3://my-states`), or for Pulumi Cloud set PULUMI_ACCESS_TOKEN or run `pulumi login`.",
          }
        : {
            path: "PULUMI_BACKEND_URL",
            expected: "the URL of a backend: file://, s3://, gs://, azblob:// or https://",
            found: shortQuote(withoutUserInfo(url)),
            fix: "Mend it, for example `file:///srv/pulumi` or `s3://my-states`.",
          },
  },
  {
    id: "token-refused",
    words: /No credentials provided or are invalid|error: \[401\]|invalid access token/,
    problem: (_match, { url }) => ({
      path: backendWords(url),
      expected: "an access token that it accepts",
      found: "another (401 Unauthorized)",
      fix: "Set PULUMI_ACCESS_TOKEN to a valid one, or run `pulumi login` again.",
    }),
  },
  {
    id: "token-forbidden",
    words: /error: \[403\]/,
    problem: (_match, { url, stack }) => ({
      path: backendWords(url),
      expected: `a user who may use ${stackWords(stack)}`,
      found: "one who may not (403 Forbidden)",
      fix: "Ask for access to the stack, or take another user's PULUMI_ACCESS_TOKEN.",
    }),
  },
  {
    id: "server-error",
    words: /error: \[(5\d\d)\]/,
    problem: ([, status = ""], { url }) => ({
      path: backendWords(url),
      expected: "a backend that works",
      found: `one that answers ${status}`,
      fix: "Wait until it works again, then run again.",
    }),
  },
  {
    id: "no-backend-there",
    words: /unmarshalling response object/,
    problem: (_match, { url }) => ({
      path: backendWords(url),
      expected: "Pulumi Cloud, or a service like it",
      found: "an answer of something else",
      fix: "Mend PULUMI_BACKEND_URL, or look which proxy answers there.",
    }),
  },
  {
    id: "bucket-credentials",
    words: /operation error S3: .*get credentials/,
    problem: (_match, { url }) => ({
      path: backendWords(url),
      expected: "AWS credentials",
      found: "none",
      fix: `Log in to AWS, or set ${awsCredentials}.`,
    }),
  },
  {
    id: "bucket-region",
    words: /operation error S3: .*Invalid region/,
    problem: (_match, { url }) => ({
      path: backendWords(url),
      expected: "a bucket whose region is known",
      found: "no region",
      fix: "Set AWS_REGION, or add `?region=eu-west-1` to PULUMI_BACKEND_URL.",
    }),
  },
  {
    id: "bucket-missing",
    words: /NoSuchBucket/,
    problem: (_match, { url }) => ({
      path: backendWords(url),
      expected: "a bucket",
      found: "none of that name",
      fix: "Create it, or mend PULUMI_BACKEND_URL.",
    }),
  },
  {
    id: "bucket-refused",
    words: /operation error S3: \w+, .*?StatusCode: 40[13].*?api error (\w+)/,
    problem: ([, code = ""], { url }) => ({
      path: backendWords(url),
      expected: "credentials that may read and write it",
      found: `others (${code})`,
      fix:
        code === "AccessDenied"
          ? "Give this user s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it."
          : `Mend or renew the AWS credentials (${awsCredentials}).`,
    }),
  },
  {
    id: "storage-refused",
    words: /\(code=PermissionDenied\)/,
    problem: (_match, { url }) => ({
      path: backendWords(url),
      expected: "credentials that may read and write it",
      found: "others",
      fix: "Log in as a user who may, or give this one the right to list, read, write and delete there.",
    }),
  },
  {
    id: "store-without-projects",
    // Since Pulumi 3.275, https://github.com/pulumi/pulumi/issues/19566.
    words: /Legacy DIY state is no longer supported/,
    problem: (_match, { url }) => ({
      path: backendWords(url),
      expected: "states that are kept by project, as Pulumi does since 3.61",
      found: "a store from before, which this Pulumi no longer reads",
      fix: "Save a copy of it, run `pulumi state upgrade` with Pulumi 3.274.1 or earlier once, then run again.",
    }),
  },
  {
    id: "directory-missing",
    // Before 3.276 it was a bucket, and stood without quotes.
    words:
      /unable to open (?:bucket|state directory) "?file:.*?: (?:stat (.+): no such file or directory|(\/.+) is not a directory)/,
    problem: ([, missing, file = ""], { url }) => ({
      path: backendWords(url),
      expected: "a directory",
      found: missing === undefined ? `a file at ${file}` : `none at ${missing}`,
      fix: "Create it, or mend PULUMI_BACKEND_URL: Pulumi makes no directory by itself, so that a slip of the pen begins no second state.",
    }),
  },
  {
    id: "directory-refused",
    words:
      /(?:mkdir|open|rename|remove|unlink\w*) (\S*\.pulumi\S*): (permission denied|operation not permitted|read-only file system)/,
    problem: ([, file = "", reason = ""], { url }) => ({
      path: backendWords(url),
      expected: "a directory that this user may write to",
      found: `${file}: ${reason}`,
      fix: "Give this user the right to write there, or name another directory in PULUMI_BACKEND_URL.",
    }),
  },
  {
    id: "unreachable",
    words:
      /(?:performing HTTP request|request send failed)[:,] (?:Get|Put|Post|Head|Patch|Delete) "(https?:\/\/[^/"]+).*/,
    problem: ([request, server = ""], { url }) => ({
      path: backendWords(url),
      expected: `an answer from ${withoutUserInfo(server)}`,
      found: unreachableReason(request),
      fix: "Connect to its network, a VPN for one, or mend PULUMI_BACKEND_URL.",
    }),
  },
];

/** The first row that fits counts: what is said of keys comes before what is said of servers in general. */
export const failureRows: readonly FailureRow[] = [...keyProblems, ...backendProblems];

/** The backend without what may follow its path: endpoints and the like. */
function backendWords(url: string | undefined): string {
  return url === undefined ? "backend" : `backend ${withoutUserInfo(url).replace(/\?.*$/, "")}`;
}
