"""A large invented region: as many services as asked for, ten to a provider."""

from charter.policy import Role

COLUMNS = (
    "region,site_code,site_name,provider_code,provider_name,party,service_role,service_from,"
    "service_to,contact_name,contact_email,contact_role"
)
TO_A_PROVIDER = 10


def crowd(services: int) -> str:
    """A register of so many services in the region Sample, each with a lead of its own.

    The signer is the same for all ten services of a provider.
    """
    return "\n".join([COLUMNS, *(row for n in range(services) for row in _rows(n)), ""])


def _rows(n: int) -> list[str]:
    provider = n // TO_A_PROVIDER
    service = (
        f"Sample,S{n},HMP Place {n},P{provider},Provider {provider},provider,prime,2024-04-01,"
    )
    people = ((Role.LEAD, f"lead{n}"), (Role.SIGNER, f"signer{provider}"))
    return [
        f"{service},{name.title()},{name}@p{provider}.example,{role.value}" for role, name in people
    ]
