"""An STS on loopback, by moto, which looks at keys, signatures and rights."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.support.storage_servers.s3 import client_as, create_user, moto

_MAY_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_MAY_ASK = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
ACCOUNT_ID = "123456789012"


@dataclass(frozen=True)
class StsGround:
    """`strong` may assume the role, `weak` may only ask who it is."""

    endpoint: str
    strong: dict[str, str]
    weak: dict[str, str]
    role_arn: str


@contextmanager
def sts() -> Iterator[StsGround]:
    with moto() as endpoint:
        strong = create_user(endpoint, "strong", _MAY_ALL)
        weak = create_user(endpoint, "weak", _MAY_ASK)
        role_arn = _create_role(endpoint)
        # From now on keys, signatures and rights are looked at.
        requests.post(f"{endpoint}/moto-api/reset-auth", data="0", timeout=10).raise_for_status()
        yield StsGround(endpoint, strong, weak, role_arn)


def _create_role(endpoint: str) -> str:
    iam: Any = client_as("iam", endpoint)
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName="backup", AssumeRolePolicyDocument=_policy(trust))
    iam.put_role_policy(RoleName="backup", PolicyName="all", PolicyDocument=_policy(_MAY_ALL))
    return str(made["Role"]["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
