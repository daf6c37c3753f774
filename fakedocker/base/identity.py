"""Ids, names and every other value that a real engine would draw by chance, drawn from the world's seed.

A draw is a hash of (seed, kind, number), so it depends on nothing but the world it is made in. This module must not
keep state: the caller holds the counter.
"""

from __future__ import annotations

import hashlib

_ADJECTIVES = (
    "admiring agile amazing awesome blissful bold brave bright busy calm candid charming clever compassionate confident cool "
    "cranky crazy curious dazzling determined eager ecstatic elated elegant eloquent epic festive fervent focused friendly "
    "frosty funny gallant gifted goofy gracious great happy hopeful hungry infallible inspiring jolly jovial keen kind "
    "laughing loving lucid modest musing mystifying nervous nifty nostalgic optimistic peaceful pedantic pensive practical "
    "priceless quirky quizzical relaxed romantic serene sharp silly sleepy stoic strange suspicious sweet tender thirsty "
    "trusting unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial youthful zealous zen"
).split()

_PEOPLE = (
    "agnesi albattani archimedes ardinghelli aryabhata babbage banach bardeen bartik bassi bell benz bhabha blackburn "
    "blackwell bohr booth borg bose boyd brahmagupta brattain brown buck burnell carson cartwright cerf chandrasekhar "
    "chaplygin clarke colden cori cray curie curran darwin davinci dewdney dhawan diffie dijkstra dirac driscoll dubinsky "
    "easley edison einstein elgamal elion engelbart euclid euler faraday fermat fermi feynman franklin gagarin galileo galois "
    "gates gauss germain goldberg goldstine goldwasser golick goodall gould greider haibt hamilton haslett hawking heisenberg "
    "hellman hermann herschel hertz heyrovsky hodgkin hoover hopper hugle hypatia jackson jang jemison jennings jepsen johnson "
    "joliot jones kalam kapitsa kare keldysh keller kepler khayyam khorana kilby kirch knuth kowalevski lalande lamarr lamport "
    "leakey leavitt lederberg lehmann lewin lichterman liskov lovelace lumiere mahavira margulis matsumoto maxwell mayer "
    "mccarthy mcclintock mclean mcnulty meitner mendel mendeleev meninsky merkle mestorf mirzakhani montalcini moore morse "
    "moser murdock napier nash neumann newton nightingale nobel noether northcutt noyce panini pare pascal pasteur payne "
    "perlman pike poincare poitras proskuriakova ptolemy raman ramanujan rhodes ride ritchie robinson roentgen rosalind rubin "
    "saha sammet sanderson satoshi shamir shannon shaw shirley shockley shtern sinoussi snyder solomon spence stonebraker "
    "sutherland swanson swartz swirles taussig tesla tharp thompson torvalds tu turing varahamihira vaughan villani visvesvaraya "
    "volhard wescoff wilbur wiles williams williamson wilson wing wozniak wright wu yalow yonath zhukovsky"
).split()


def digest(seed: int, kind: str, number: int) -> str:
    """64 hexadecimal digits for the number-th draw of a kind."""
    return hashlib.sha256(b"%d/%s/%d" % (seed, kind.encode(), number)).hexdigest()


def draw(seed: int, kind: str, number: int, bound: int) -> int:
    """A number from 0 to bound - 1."""
    return int.from_bytes(hashlib.sha256(b"%d/%s/%d" % (seed, kind.encode(), number)).digest()[:8], "big") % bound


def container_id(seed: int, number: int) -> str:
    """An id none of whose first 12 digits make it look like a number (moby: stringid.GenerateRandomID)."""
    attempt = digest(seed, "container", number)
    while attempt[:12].isdigit():
        attempt = hashlib.sha256(attempt.encode()).hexdigest()
    return attempt


def container_name(seed: int, number: int, attempt: int) -> str:
    """A name as docker picks it: an adjective and a scientist, from the second attempt on with a digit.

    As in Docker, nobody calls Steve Wozniak boring: that adjective is not in the list at all.
    """
    pick = draw(seed, f"name/{attempt}", number, len(_ADJECTIVES) * len(_PEOPLE) * 10)
    adjective = _ADJECTIVES[pick % len(_ADJECTIVES)]
    person = _PEOPLE[pick // len(_ADJECTIVES) % len(_PEOPLE)]
    suffix = str(pick // (len(_ADJECTIVES) * len(_PEOPLE))) if attempt else ""
    return f"{adjective}_{person}{suffix}"


def mac_address(seed: int, number: int) -> str:
    """A locally administered unicast address."""
    value = bytearray.fromhex(digest(seed, "mac", number)[:12])
    value[0] = (value[0] | 2) & 0xFE
    return ":".join(f"{byte:02x}" for byte in value)


def short(identifier: str) -> str:
    """The 12 digits of an id that people see; a digest loses its algorithm."""
    return identifier.removeprefix("sha256:")[:12]
