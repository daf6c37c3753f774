"""Which words are the servers' own. Sources: PostgreSQL 15's kwlist.h, MariaDB 10.11's sql_yacc.yy and lex.h."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

PG_RESERVED: Final = frozenset(
    """all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog
    current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except
    false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp
    not null offset on only or order placing primary references returning select session_user some symmetric table then to
    trailing true union unique user using variadic when where window with""".split()
)
PG_FUNCTION_NAMES: Final = frozenset(
    """authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like natural
    notnull outer overlaps right similar tablesample verbose""".split()
)
"""Reserved, but for functions and types."""
PG_COLUMN_NAMES: Final = frozenset(
    """between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int integer
    interval least national nchar none normalize nullif numeric out overlay position precision real row setof smallint substring
    time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
    xmlroot xmlserialize xmltable""".split()
)
"""Not for functions."""
PG_LABELS_AFTER_AS: Final = frozenset(
    """array as char character create day except fetch filter for from grant group having hour intersect into isnull limit minute
    month notnull offset on order over overlaps precision returning second to union varying where window with within without
    year""".split()
)
"""As a column's label only after AS."""
PG_UNRESERVED: Final = frozenset(
    """abort absolute access action add admin after aggregate also alter always asensitive assertion assignment asymmetric at atomic
    attach attribute backward before begin breadth by cache call called cascade cascaded catalog chain characteristics checkpoint
    class close cluster columns comment comments commit committed compression configuration conflict connection constraints content
    continue conversion copy cost csv cube current cursor cycle data database day deallocate declare defaults deferred definer delete
    delimiter delimiters depends depth detach dictionary disable discard document domain double drop each enable encoding encrypted
    enum escape event exclude excluding exclusive execute explain expression extension external family filter finalize first following
    force forward function functions generated global granted groups handler header hold hour identity if immediate immutable implicit
    import include including increment index indexes inherit inherits inline input insensitive insert instead invoker isolation key
    label language large last leakproof level listen load local location lock locked logged mapping match matched materialized maxvalue
    merge method minute minvalue mode month move name names new next nfc nfd nfkc nfkd no normalized nothing notify nowait nulls object
    of off oids old operator option options ordinality others over overriding owned owner parallel parameter parser partial partition
    passing password plans policy preceding prepare prepared preserve prior privileges procedural procedure procedures program
    publication quote range read reassign recheck recursive ref referencing refresh reindex relative release rename repeatable replace
    replica reset restart restrict return returns revoke role rollback rollup routine routines rows rule savepoint schema schemas scroll
    search second security sequence sequences serializable server session set sets share show simple skip snapshot sql stable
    standalone start statement statistics stdin stdout storage stored strict strip subscription support sysid system tables tablespace
    temp template temporary text ties transaction transform trigger truncate trusted type types uescape unbounded uncommitted
    unencrypted unknown unlisten unlogged until update vacuum valid validate validator value varying version view views volatile
    whitespace within without work wrapper write xml year yes zone""".split()
)
PG_IN_QUERIES: Final = frozenset(
    """at breadth by columns conflict content cube current cycle default depth document do escape exclude filter first following
    frame global groups insert update delete materialized of json key keys last local locked next nfc nfd nfkc nfkd no normalized
    nothing nowait nulls off offset only operator ordinality others over overriding partition passing path preceding range recursive
    ref repeatable respect rollup row rows search second minute hour day month year session set sets share skip system temp
    temporary text ties time unbounded uescape unknown unlogged value values varying within without whitespace xml zone
    name precision national sql""".split()
)
"""Keywords that no reserved ones are and that mean something in queries and writes; all others are names there."""
PG_STATEMENTS: Final = frozenset(
    """abort alter analyse analyze begin call checkpoint close cluster comment commit copy create deallocate declare delete discard do
    drop end execute explain fetch grant import insert listen load lock merge move notify prepare reassign refresh reindex release
    reset revoke rollback savepoint security select set show start table truncate unlisten update vacuum values with""".split()
)
MY_NO_FUNCTIONS: Final = frozenset(
    """any backup begin binlog bit bool boolean byte cache checkpoint checksum clob close code comment commit compressed
    datetime deallocate do end enum examined exclude execute fixed flush following follows function get global handler
    help host id ignored install json language local medium names national nchar no number nvarchar open option options
    others owner parser period port precedes preceding prepare raw remove repair replica replicas reset restore role
    rollback savepoint security serial server session shutdown signed slave slaves socket some soname sounds start stop
    stored text ties unbounded unicode uninstall upgrade varchar2 window wrapper xa""".split()
)
"""Words of MariaDB's grammar that name columns and never functions."""
MY_RESERVED: Final = frozenset(
    """accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade case change char
    character check collate column condition constraint continue convert create cross current_date current_role current_time
    current_timestamp current_user cursor database databases day_hour day_microsecond day_minute day_second dec decimal declare default
    delayed delete desc describe deterministic distinct distinctrow div double drop dual each else elseif enclosed escaped except exists
    exit explain false fetch float float4 float8 for force foreign from fulltext grant group having high_priority hour_microsecond
    hour_minute hour_second if ignore in index infile inner inout insensitive insert int int1 int2 int3 int4 int8 integer intersect
    interval into is iterate join key keys kill leading leave left like limit linear lines load localtime localtimestamp lock long
    longblob longtext loop low_priority match maxvalue mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod
    modifies natural not no_write_to_binlog null numeric offset on optimize option optionally or order out outer outfile over partition
    precision primary procedure purge range read reads read_write real recursive references regexp release rename repeat replace require
    resignal restrict return returning revoke right rlike row_number rows schema schemas second_microsecond select sensitive separator
    set show signal smallint spatial specific sql sqlexception sqlstate sqlwarning sql_big_result sql_calc_found_rows sql_small_result
    ssl starting straight_join table terminated then tinyblob tinyint tinytext to trailing trigger true undo union unique unlock unsigned
    update usage use using utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying when where while with write xor
    year_month zerofill""".split()
) - {"row_number"}  # fmt: skip
MY_STATEMENTS: Final = frozenset(
    """alter analyze backup begin binlog cache call change check checksum close commit create deallocate delete desc describe do drop
    execute explain fetch flush for get grant handler help if insert install kill load lock loop optimize open prepare purge release
    rename repair repeat replace reset resignal return revoke rollback savepoint select set show shutdown signal slave start stop
    table truncate uninstall unlock update use values while with xa declare leave iterate case""".split()
)
MY_TOUCHING: Final = frozenset(
    "adddate bit_and bit_or bit_xor cast count cume_dist curdate curtime date_add date_sub dense_rank extract first_value group_concat"
    " json_arrayagg json_objectagg lag lead max median mid min now nth_value ntile percent_rank percentile_cont percentile_disc"
    " position rank session_user std stddev stddev_pop stddev_samp subdate substr substring sum system_user trim trim_oracle"
    " var_pop var_samp variance".split()
)
"""Functions only where their parenthesis follows at once (sql_functions in lex.h)."""
MY_KEYWORD_FUNCTIONS: Final = MY_TOUCHING | frozenset(
    "ascii avg char charset convert date day default get_format hour if insert interval last_value left minute mod month"
    " password repeat replace right row_number second sysdate time timestamp timestampadd timestampdiff truncate user values"
    " weight_string year".split()
)
"""Functions that have a rule in MariaDB's grammar; of all others the arguments are values that may have names."""


@cache
def my_functions() -> dict[str, str]:
    """The names of MariaDB's own functions that have no rule in its grammar, and how many arguments they take.

    The numbers are written 2, 1-2, 1+ (at least one), 3,5,7 or * (whatever).
    """
    text = resources.files("fakedocker.userland.languages.sql").joinpath("my_function_names.txt").read_text()
    return dict(line.split() for line in text.splitlines())


@cache
def my_keywords() -> frozenset[str]:
    """All words of MariaDB's grammar (information_schema.keywords of 10.11)."""
    text = resources.files("fakedocker.userland.languages.sql").joinpath("my_keyword_names.txt").read_text()
    return frozenset(text.split())


def takes(counts: str, count: int) -> bool:
    """Whether so many arguments are among the numbers of `my_functions`."""
    if counts.endswith("+"):
        return count >= int(counts[:-1])
    first, dash, last = counts.partition("-")
    return int(first) <= count <= int(last) if dash else counts == "*" or str(count) in counts.split(",")
