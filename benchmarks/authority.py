"""A synthetic authority of any size, as the files that it would import."""

from collections.abc import Iterator

from bot.domain.people import Role

_ROLES = (Role.DSP, Role.DEPUTY_DSP)
_PLACES = ("Pen-y-Waun", "Glan-yr-Afon", "Kingsway", "Maes Glas", "St Illtyd", "Llwyn Onn", "Oak")
_KINDS = ("Primary School", "Ysgol Gynradd", "High School", "Ysgol Gyfun", "Infant School")


def schools_csv(schools: int) -> bytes:
    """That many invented schools, fifty to a nurse team."""
    lines = ["code,name,name_cy,aliases,phase,opens_at,closes_at,calendar,nurse_team,authority"]
    for number in range(schools):
        name = f"{_PLACES[number % 7]} {number} {_KINDS[number % 5]}"
        lines.append(
            f"{code_of(number)},{name},Ysgol {number},{number} {_PLACES[number % 7]},primary,"
            f"08:50,15:20,porth-awel,Team {number // 50},Invented"
        )
    return "\n".join(lines).encode()


def code_of(number: int) -> str:
    return f"{1_000_000 + number:07d}"


def people_csv(schools: int, people: int) -> bytes:
    """That many invented people: two or three a school, a nurse a team, and the authority's own."""
    return "\n".join(["id,name,role,schools,language,email", *_people(schools, people)]).encode()


def _people(schools: int, people: int) -> Iterator[str]:
    for role in (Role.COORDINATOR, Role.MASH_DESK, Role.EDUCATION_SAFEGUARDING, Role.NURSE_LEAD):
        yield f"x-{role.value},Invented {role.value},{role.value},*,en,"
    teams = (schools + 49) // 50
    for team in range(teams):
        yield f"n{team},Invented Nurse {team},school_nurse,team:Team {team},cy,n{team}@x.example"
    for number in range(people - teams - 4):
        yield (
            f"p{number},Invented Person {number},{_ROLES[number // schools % 2].value},"
            f"{code_of(number % schools)},en,p{number}@x.example"
        )
