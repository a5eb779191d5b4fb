import assert from "node:assert/strict";
import { backendProblem, failureRows } from "../../../engine/backend/backend-problem";
import { unreachableReason } from "../../../engine/backend/unreachable-reason";
import { formatProblem } from "../../../topology";

const bucket = "s3://my-states/isthmus?region=eu-west-1&endpoint=http://127.0.0.1:9000&s3ForcePathStyle=true";
const getMeta =
  'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject';
const refused = (code: string): string =>
  `${getMeta}, https response error StatusCode: 403, RequestID: 1, HostID: 2, api error ${code}: Access Denied`;
const manager = "error: getting stack configuration: get stack secrets manager";
const aws = "AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY";

/** What Pulumi's CLI wrote when it was tried (3.250.0, and 3.276.0 where it has other words), and what a reader gets. */
const cases: readonly (readonly [id: string, words: string, url: string | undefined, problem: string])[] = [
  [
    "no-passphrase",
    `${manager}: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables`,
    undefined,
    "PULUMI_CONFIG_PASSPHRASE: expected the passphrase of stack prod, found none. Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.",
  ],
  [
    "passphrase-file",
    `${manager}: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open /run/passphrase: no such file or directory`,
    undefined,
    "PULUMI_CONFIG_PASSPHRASE_FILE: expected a file that holds the passphrase, found /run/passphrase: no such file or directory. Mend the path, or set PULUMI_CONFIG_PASSPHRASE instead.",
  ],
  [
    "wrong-passphrase",
    `${manager}: incorrect passphrase`,
    undefined,
    "PULUMI_CONFIG_PASSPHRASE: expected the passphrase of stack prod, found another. Set PULUMI_CONFIG_PASSPHRASE, or the file of PULUMI_CONFIG_PASSPHRASE_FILE, to the one that the stack was made with: what it encrypts cannot be had without.",
  ],
  [
    "key-service-credentials",
    `${manager}: secrets (code=Unknown): operation error KMS: Decrypt, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, access disabled to EC2 IMDS via client option`,
    undefined,
    `Pulumi.prod.yaml: secretsprovider: expected credentials for the service that keeps the key, found none. Log in to AWS, or set ${aws}.`,
  ],
  [
    "key-service-credentials",
    `${manager}: missing google credentials: unable to find gcp credentials: google: could not find default credentials.`,
    undefined,
    "Pulumi.prod.yaml: secretsprovider: expected credentials for the service that keeps the key, found none. Log in: `gcloud auth application-default login`, or set GOOGLE_CREDENTIALS.",
  ],
  [
    "key-refused",
    `${manager}: secrets (code=Unknown): operation error KMS: Decrypt, https response error StatusCode: 400, RequestID: , api error AccessDeniedException: User is not authorized to perform: kms:Decrypt`,
    undefined,
    `Pulumi.prod.yaml: secretsprovider: expected a key that this user may use to decrypt, found a refusal (AccessDeniedException). Give this user kms:Decrypt and kms:Encrypt on the key, or other credentials (${aws}).`,
  ],
  [
    "key-refused",
    "error: could not create secrets manager for new stack: secrets (code=NotFound): operation error KMS: Encrypt, https response error StatusCode: 400, RequestID: , NotFoundException: Alias not found",
    undefined,
    "Pulumi.prod.yaml: secretsprovider: expected a key that this user may use to encrypt, found a refusal (NotFoundException). Mend the key's name, or its region and account.",
  ],
  [
    "key-unreachable",
    'error: 2 errors occurred:\n    1) operation error KMS: Decrypt, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://kms.eu-west-1.amazonaws.com/": dial tcp: lookup kms.eu-west-1.amazonaws.com: no such host\n    2) Unknown',
    undefined,
    "Pulumi.prod.yaml: secretsprovider: expected an answer from https://kms.eu-west-1.amazonaws.com, which keeps the key, found a name that DNS does not know. Connect to its network, or mend the key's URL: nothing can be decrypted without it.",
  ],
  [
    "key-unreachable",
    `${manager}: secrets (code=Unknown): Put "http://127.0.0.1:1/v1/transit/decrypt/k": dial tcp 127.0.0.1:1: connect: connection refused`,
    undefined,
    "Pulumi.prod.yaml: secretsprovider: expected an answer from http://127.0.0.1:1, which keeps the key, found a refused connection. Connect to its network, or mend the key's URL: nothing can be decrypted without it.",
  ],
  [
    "key-other",
    `${manager}: illegal base64 data at input byte 0`,
    undefined,
    'Pulumi.prod.yaml: secretsprovider: expected a key by which the stack\'s secrets are encrypted, found none that can be used: "illegal base64 data at input byte 0". Mend it, or log in to the service that keeps the key.',
  ],
  [
    "not-logged-in",
    "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
    undefined,
    "backend: expected an access token, or another backend, found none. Set PULUMI_BACKEND_URL to where the states are (`file:///srv/pulumi`, `s3://my-states`), or for Pulumi Cloud set PULUMI_ACCESS_TOKEN or run `pulumi login`.",
  ],
  [
    "not-logged-in",
    "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
    "flie:///srv/pulumi",
    'PULUMI_BACKEND_URL: expected the URL of a backend: file://, s3://, gs://, azblob:// or https://, found "flie:///srv/pulumi". Mend it, for example `file:///srv/pulumi` or `s3://my-states`.',
  ],
  [
    "token-refused",
    "Logging in using access token from PULUMI_ACCESS_TOKEN\nerror: Unauthorized: No credentials provided or are invalid.",
    "https://api.pulumi.com",
    "backend https://api.pulumi.com: expected an access token that it accepts, found another (401 Unauthorized). Set PULUMI_ACCESS_TOKEN to a valid one, or run `pulumi login` again.",
  ],
  [
    "token-forbidden",
    "error: [403] Forbidden",
    "https://api.pulumi.com",
    "backend https://api.pulumi.com: expected a user who may use stack prod, found one who may not (403 Forbidden). Ask for access to the stack, or take another user's PULUMI_ACCESS_TOKEN.",
  ],
  [
    "server-error",
    "error: [503] Service Unavailable",
    "https://api.pulumi.com",
    "backend https://api.pulumi.com: expected a backend that works, found one that answers 503. Wait until it works again, then run again.",
  ],
  [
    "no-backend-there",
    "error: unmarshalling response object: invalid character '<' looking for beginning of value",
    "https://example.org",
    "backend https://example.org: expected Pulumi Cloud, or a service like it, found an answer of something else. Mend PULUMI_BACKEND_URL, or look which proxy answers there.",
  ],
  [
    "bucket-credentials",
    `${getMeta}, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found`,
    bucket,
    `backend s3://my-states/isthmus: expected AWS credentials, found none. Log in to AWS, or set ${aws}.`,
  ],
  [
    "bucket-region",
    `${getMeta}, resolve auth scheme: resolve endpoint: endpoint rule error, Invalid region: region was not a valid DNS name.`,
    "s3://my-states",
    "backend s3://my-states: expected a bucket whose region is known, found no region. Set AWS_REGION, or add `?region=eu-west-1` to PULUMI_BACKEND_URL.",
  ],
  [
    "bucket-missing",
    "error: error listing stacks: could not list bucket: blob (code=NotFound): operation error S3: ListObjectsV2, https response error StatusCode: 404, RequestID: , HostID: , NoSuchBucket: The specified bucket does not exist",
    bucket,
    "backend s3://my-states/isthmus: expected a bucket, found none of that name. Create it, or mend PULUMI_BACKEND_URL.",
  ],
  [
    "bucket-refused",
    refused("AccessDenied"),
    bucket,
    "backend s3://my-states/isthmus: expected credentials that may read and write it, found others (AccessDenied). Give this user s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it.",
  ],
  [
    "bucket-refused",
    refused("ExpiredToken"),
    bucket,
    `backend s3://my-states/isthmus: expected credentials that may read and write it, found others (ExpiredToken). Mend or renew the AWS credentials (${aws}).`,
  ],
  [
    "storage-refused",
    'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=PermissionDenied): googleapi: Error 403: forbidden',
    "gs://my-states",
    "backend gs://my-states: expected credentials that may read and write it, found others. Log in as a user who may, or give this one the right to list, read, write and delete there.",
  ],
  [
    "store-without-projects",
    "error: \n================\nLegacy DIY state is no longer supported, please use Pulumi v3.274.1 or earlier\nto upgrade your state to project mode using:\n'pulumi state upgrade'\n",
    "s3://my-states",
    "backend s3://my-states: expected states that are kept by project, as Pulumi does since 3.61, found a store from before, which this Pulumi no longer reads. Save a copy of it, run `pulumi state upgrade` with Pulumi 3.274.1 or earlier once, then run again.",
  ],
  [
    "directory-missing",
    "error: unable to open bucket file:///srv/pulumi?no_tmp_dir=true: stat /srv/pulumi: no such file or directory",
    "file:///srv/pulumi",
    "backend file:///srv/pulumi: expected a directory, found none at /srv/pulumi. Create it, or mend PULUMI_BACKEND_URL: Pulumi makes no directory by itself, so that a slip of the pen begins no second state.",
  ],
  [
    "directory-missing",
    "error: unable to open bucket file:///srv/pulumi?no_tmp_dir=true: /srv/pulumi is not a directory",
    "file:///srv/pulumi",
    "backend file:///srv/pulumi: expected a directory, found a file at /srv/pulumi. Create it, or mend PULUMI_BACKEND_URL: Pulumi makes no directory by itself, so that a slip of the pen begins no second state.",
  ],
  [
    "directory-missing",
    'error: unable to open state directory "file:///srv/pulumi states": stat /srv/pulumi states: no such file or directory',
    "file:///srv/pulumi states",
    "backend file:///srv/pulumi states: expected a directory, found none at /srv/pulumi states. Create it, or mend PULUMI_BACKEND_URL: Pulumi makes no directory by itself, so that a slip of the pen begins no second state.",
  ],
  [
    "directory-missing",
    'error: unable to open state directory "file:///srv/pulumi": /srv/pulumi is not a directory',
    "file:///srv/pulumi",
    "backend file:///srv/pulumi: expected a directory, found a file at /srv/pulumi. Create it, or mend PULUMI_BACKEND_URL: Pulumi makes no directory by itself, so that a slip of the pen begins no second state.",
  ],
  [
    "directory-refused",
    'error: write ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): mkdir /srv/pulumi/.pulumi: permission denied',
    "file:///srv/pulumi",
    "backend file:///srv/pulumi: expected a directory that this user may write to, found /srv/pulumi/.pulumi: permission denied. Give this user the right to write there, or name another directory in PULUMI_BACKEND_URL.",
  ],
  [
    "unreachable",
    `${getMeta}, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , HostID: , request send failed, Get "http://127.0.0.1:9000/my-states/.pulumi/meta.yaml?x-id=GetObject": dial tcp 127.0.0.1:9000: connect: connection refused`,
    bucket,
    "backend s3://my-states/isthmus: expected an answer from http://127.0.0.1:9000, found a refused connection. Connect to its network, a VPN for one, or mend PULUMI_BACKEND_URL.",
  ],
  [
    "unreachable",
    'error: performing HTTP request: Get "https://me:hunter2@api.example.org/api/user": dial tcp: lookup api.example.org: no such host',
    "https://me:hunter2@api.example.org",
    "backend https://…@api.example.org: expected an answer from https://…@api.example.org, found a name that DNS does not know. Connect to its network, a VPN for one, or mend PULUMI_BACKEND_URL.",
  ],
];

describe("what Pulumi says of its backend", () => {
  for (const [id, words, url, problem] of cases) {
    it(`becomes one problem: ${id}, ${words.slice(-50).replace("\n", " ")}`, () => {
      const found = backendProblem(words, { url, stack: "prod" });
      assert.ok(found !== undefined);
      assert.equal(formatProblem(found), problem);
      assert.equal(failureRows.find((row) => row.words.test(words))?.id, id);
    });
  }

  it("has a case for every row", () => {
    assert.deepEqual([...new Set(cases.map(([id]) => id))].sort(), failureRows.map(({ id }) => id).sort());
  });

  it("is told from what it says of other things", () => {
    for (const words of [
      "error: no stack named 'prod' found",
      "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
      "error: [409] Conflict: Another update is currently in progress.",
      "error: configuration key 'x' not found for stack 'prod'",
      "error: open /project/Pulumi.yaml: permission denied",
      "error: update failed",
    ]) {
      assert.equal(backendProblem(words, { url: "file:///srv", stack: "prod" }), undefined, words);
    }
  });

  it("names a server's silence", () => {
    for (const [words, reason] of [
      ["dial tcp 10.0.0.1:443: i/o timeout", "none in time"],
      ["dial tcp 10.0.0.1:443: connect: no route to host", "no route"],
      [
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "a certificate that is not trusted",
      ],
      ["http: server gave HTTP response to HTTPS client", "no TLS"],
      ["EOF", "a closed connection"],
      ["something else", "a failed connection"],
    ] as const) {
      assert.equal(unreachableReason(words), reason);
    }
  });
});
