"""Config of the transform, the first part of the filter stage: what is removed or replaced in a kept file."""

from pydantic import Field

from models.base import Frozen


class TransformConfig(Frozen):
    """Which parts of a file are rewritten before it is measured, and what stands in their place (paper 2.1.1).

    The paper also names `<name>`: people's names are found here only inside copyright notices, since no
    regular expression tells a person's name from an identifier.
    """

    strip_copyright: bool = Field(
        True,
        description="remove copyright and licence notices from the comments at the head of a file; more than 15 % "
        "of files have one (paper 2.1.1)",
    )
    redact_emails: bool = Field(True, description="replace e-mail addresses (paper 2.1.1)")
    redact_ip_addresses: bool = Field(True, description="replace IPv4 and IPv6 addresses (paper 2.1.1)")
    redact_passwords: bool = Field(True, description="replace the values of passwords (paper 2.1.1)")
    redact_keys: bool = Field(
        True,
        description="replace API keys, tokens and private keys; not in the paper: it names passwords, and a key "
        "in source code is used as one",
    )
    email_placeholder: str = Field(
        "<email>",
        min_length=1,
        description="stands for an e-mail address, in the style of the paper's `<name>` (paper 2.1.1)",
    )
    ip_placeholder: str = Field(
        "<ip>",
        min_length=1,
        description="stands for an IP address, in the style of the paper's `<name>` (paper 2.1.1)",
    )
    password_placeholder: str = Field(
        "<password>", min_length=1, description="stands for the value of a password (paper 2.1.1)"
    )
    key_placeholder: str = Field(
        "<key>",
        min_length=1,
        description="stands for a key or token; not in the paper: the name of this placeholder is ours",
    )
