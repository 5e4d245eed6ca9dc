"""What an S3 storage says, in the product's own words: nothing of them holds a secret."""

from smed.errors import SmedError, StorageRefused, StorageUnavailable

URL = "SMED_STORAGE_URL"
KEYS = "SMED_STORAGE_KEY and SMED_STORAGE_SECRET"
# not HTTP's numbers alone: a wrong address answers 404 too
NOT_THERE = {"NoSuchKey"}
# S3 says the second where two conditional writes meet
CONDITION_FAILED = {"PreconditionFailed", "ConditionalRequestConflict"}
HEALING = {"SlowDown", "RequestTimeout", "OperationAborted"}
# of botocore: no keys, half a pair of them, a profile or a file that AWS_* variables name in vain
NO_KEYS = {"NoCredentialsError", "PartialCredentialsError"}
UNREADABLE = {"ProfileNotFound", "ConfigNotFound", "ConfigParseError", "InvalidConfigError"}
FIRST_SERVER_ERROR, TOO_MANY_REQUESTS = 500, 429
# what a storage says and no repetition mends: what it is, and what to do
REFUSALS = {
    "RequestTimeTooSkewed": (
        "this machine's clock and the storage's are too far apart",
        "set the clock of this machine (timedatectl), then run the command again",
    ),
    "NoSuchBucket": ("there is no such bucket", f"make the bucket, or correct {URL}"),
    "InvalidAccessKeyId": ("it does not know the access key", f"correct {KEYS}"),
    "SignatureDoesNotMatch": ("the secret does not fit the access key", f"correct {KEYS}"),
    "ExpiredToken": ("the keys have expired", f"renew {KEYS}"),
    "NotImplemented": (
        "it does not know conditional writes",
        "take a storage that has If-Match and If-None-Match for PUT",
    ),
}


def said(error: Exception) -> dict:
    """What the storage itself said, with its HTTP ``status``; empty if it said nothing."""
    for one in (error, error.__cause__):
        if response := getattr(one, "response", None):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return {**response.get("Error", {}), "status": status}
    return {}


def storage_error(error: Exception, where: str) -> SmedError:
    """The product's error; of another program's words only those that hold no secret."""
    facts = said(error)
    code, status = facts.get("Code", ""), facts.get("status", 0)
    if code in REFUSALS:
        return StorageRefused(REFUSALS[code][0], where, REFUSALS[code][1])
    if type(error).__name__ in NO_KEYS:
        return StorageRefused("there are no keys for it, or half a pair", where, f"set {KEYS}")
    if type(error).__name__ in UNREADABLE:
        return StorageRefused(
            "the keys that AWS_* variables name cannot be read",
            where,
            f"correct AWS_PROFILE and its files, or set {KEYS}",
        )
    may_heal = status >= FIRST_SERVER_ERROR or status == TOO_MANY_REQUESTS or code in HEALING
    if facts and not may_heal:
        return StorageRefused(
            f"the storage refuses (HTTP {status} {code})",
            where,
            f"see what these keys may do there, and whether {URL} and SMED_STORAGE_ENDPOINT"
            " are right",
        )
    what = f"HTTP {status} {code}" if facts else type(error).__name__
    return StorageUnavailable(
        f"the shared storage does not answer as it should ({what})",
        where,
        "run the command again later; nothing is lost, and readers see what they saw",
    )
