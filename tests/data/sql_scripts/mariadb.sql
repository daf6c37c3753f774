-- prelude few
create table t (id int primary key, a int, b int not null default 1, s varchar(10), d decimal(8,2), day date);
create table u (id int primary key, t_id int, v varchar(10) unique, n int check (n < 50), foreign key (t_id) references t (id) on delete cascade);
create table e (id int auto_increment primary key, t_id int, at datetime, note text, done boolean default false, price decimal(6,2), foreign key (t_id) references t (id));
insert into t values (1, 10, 2, 'red', 1.50, '2024-01-31'), (2, null, 3, 'Bleu', null, '2024-02-29'), (3, -7, 0, null, 12.00, null), (4, 10, 9, 'blue', 0.05, '2023-12-31');
insert into u values (1, 1, 'x', 5), (2, 1, 'y', null), (3, 4, null, 40), (4, null, 'z', -1);
insert into e (t_id, at, note, done, price) values (1, '2024-03-01 10:00:00', 'first', true, 9.99), (1, '2024-03-01 23:59:59', '', false, 0), (2, '2023-02-28 00:00:01', null, null, 19.90), (4, null, 'last one', true, null);
-- prelude zoo
create table keepers (id int auto_increment primary key, name varchar(30) not null, hired datetime default '2024-01-01 08:00:00');
create table animals (id int auto_increment primary key, name varchar(20) not null, species enum('lion','zebra','seal') default 'seal', age int check (age >= 0), keeper_id int, weight decimal(7,2), born date, unique key uq_name (name), foreign key (keeper_id) references keepers(id) on delete set null);
insert into keepers (name) values ('Ida'), ('Jon'), ('Kai');
insert into animals (name, species, age, keeper_id, weight, born) values ('Leo', 'lion', 7, 1, 190.5, '2017-03-04'), ('Zoe', 'zebra', 4, 1, 310, '2020-05-06'), ('Sam', 'seal', null, 2, 85.25, null), ('Sue', 'seal', 2, null, 60, '2022-12-31');
-- prelude
-- case my 001
select 1/2, 7/2, -7/2, 7 div 2, 7 mod 3, 1.5/2, 10/4;
-- case my 002
select 1/0, 5 % 0, 5 div 0;
-- case my 003
select 9223372036854775807 + 1;
-- case my 004
select '5' + 1, '3.5' * 2, 'abc' + 0, '12abc' + 1;
-- case my 005
select 1 = '1', 'a' = 'A', 'abc' = 'abc ', 'a' < 'B', 1 = 1.0;
-- case my 006
select true, false, not 1, !0, 1 and null, 1 or null, 1 xor 1, 1 && 0, 0 || 1;
-- case my 007
select null + 1, null = null, null <=> null, 1 <=> null, isnull(null), ifnull(null, 'x');
-- case my 008
select concat('a', 1, 2.5), concat('a', null), concat_ws(',', 'a', null, 'b');
-- case my 009
select if(1 > 2, 'yes', 'no'), if(null, 1, 2), case 1 when 1 then 'one' else 'other' end;
-- case my 010
select length('日本'), char_length('日本'), upper('äb'), reverse('abc'), lower('ÄB');
-- case my 011
select substring('hello', 2), substr('hello', -3, 2), mid('hello', 2, 2), substring_index('a.b.c', '.', 2), substring_index('a.b.c', '.', -1);
-- case my 012
select locate('l', 'hello'), instr('hello', 'lo'), position('e' in 'hello'), field('b', 'a', 'b'), elt(2, 'x', 'y');
-- case my 013
select round(2.5), round(-2.5), round(1.005, 2), round(123.456, -1), truncate(1.999, 2), ceil(1.1), floor(-1.1), round(2.5e0);
-- case my 014
select pow(2, 10), sqrt(16), abs(-3), mod(10, 4), sign(-2), greatest(1, 5, 2), least(3, 1);
-- case my 015
select 0.1 + 0.2, 0.1e0 + 0.2e0, 1e3, 1.50, 1.0 * 3, 2.50 * 2.0, 1e20, 1e-7;
-- case my 016
select format(1234567.891, 2), format(0.5, 0), lpad('7', 3, '0'), rpad('x', 3, '-'), repeat('ab', 2), space(2);
-- case my 017
select date('2024-05-06 07:08:09'), year('2024-05-06'), month('2024-05-06'), day('2024-05-06'), hour('2024-05-06 07:08:09'), minute('07:08:09');
-- case my 018
select date_add('2024-01-31', interval 1 month), date_sub('2024-03-01', interval 1 day), '2024-01-01' + interval 1 year, date_add('2024-01-01 10:00:00', interval 90 minute);
-- case my 019
select datediff('2024-03-01', '2024-02-01'), timestampdiff(month, '2024-01-15', '2024-03-14'), timestampdiff(year, '2000-05-06', '2024-05-05'), last_day('2024-02-10'), dayname('2024-05-06'), monthname('2024-05-06');
-- case my 020
select date_format('2024-05-06 17:08:09', '%Y-%m-%d %H:%i:%s'), date_format('2024-05-06', '%W, %M %D, %y'), date_format('2024-05-06 17:08:09', '%h:%i %p');
-- case my 021
select dayofweek('2024-05-06'), weekday('2024-05-06'), dayofyear('2024-05-06'), quarter('2024-05-06'), extract(year from '2024-05-06');
-- case my 022
select cast('12' as signed), cast(12.6 as signed), cast('12.345' as decimal(5,2)), cast(12 as char), cast('2024-05-06' as date), convert('7', signed);
-- case my 023
select 'a' like 'A', 'abc' like 'a%', 'a_c' like 'a\_c', 'abc' like '_b_', 'abc' not like 'z%';
-- case my 024
select 5 between 1 and 10, 3 in (1, 2), 3 not in (1, null), null in (1);
-- case my 025
select md5('x'), sha1('x'), sha2('x', 256);
-- case my 026
select coalesce(null, 2, 3), nullif(1, 1), nullif(1, 2), greatest('a', 'b');
-- case my 027
select 'it''s', "double", 'back\\slash', 'line\nbreak', 'tab\there';
-- case my 028
select 1 as `my col`, 2 as 'quoted', 3 plain;
-- case my 029
select database(), version() like '10.11%', user() like 'root%', connection_id() > 0;
-- case my 030
select 1+1, 1 + 1, (1), -1, 'x', NULL, now() is not null;
-- case my 031
set @x = 5;
select @x, @x + 1;
set @y = 'a';
select @y, @nothing;
-- case my 032
select now() = current_timestamp(), curdate() = current_date;
-- case my 033 zoo
select * from animals;
-- case my 034 zoo
select name, age from animals order by age;
-- case my 035 zoo
select name, age from animals order by age desc, name;
-- case my 036 zoo
select species, count(*), avg(age), sum(weight) from animals group by species;
-- case my 037 zoo
select species, group_concat(name order by name separator '+') from animals group by species;
-- case my 038 zoo
select group_concat(name) from animals;
-- case my 039 zoo
select species, name from animals group by species;
-- case my 040 zoo
select count(*), count(age), max(weight), min(name) from animals;
-- case my 041 zoo
select avg(age), sum(age), sum(weight)/count(*) from animals;
-- case my 042 zoo
select name from animals where species = 'LION';
-- case my 043 zoo
select a.name, k.name keeper from animals a left join keepers k on k.id = a.keeper_id order by a.id;
-- case my 044 zoo
select a.name, k.name from animals a right join keepers k on k.id = a.keeper_id order by k.id, a.id;
-- case my 045 zoo
select name from animals limit 1, 2;
-- case my 046 zoo
select name from animals limit 2 offset 1;
-- case my 047 zoo
select distinct species from animals order by species;
-- case my 048 zoo
select species from animals order by species;
-- case my 049 zoo
insert into animals (name) values ('New');
select * from animals where name = 'New';
-- case my 050 zoo
insert into animals (name, age) values ('Old', 9), ('Odd', 8);
select last_insert_id(), row_count();
-- case my 051 zoo
insert into animals (name, species) values ('Bad', 'bird');
-- case my 052 zoo
insert into animals (name, age) values ('Neg', -1);
-- case my 053 zoo
insert into animals (name, keeper_id) values ('Lost', 99);
-- case my 054 zoo
insert into animals (name) values (null);
-- case my 055 zoo
insert into animals (age) values (3);
-- case my 056 zoo
insert into animals (id, name) values (1, 'Dup');
-- case my 057 zoo
insert into animals (name) values ('Leo');
-- case my 058 zoo
insert into animals (name) values ('leo ');
-- case my 059 zoo
insert into animals (name, weight) values ('Fat', 1000000);
-- case my 060 zoo
insert into animals (name) values ('a name that is far too long');
-- case my 061 zoo
insert into animals (name, age) values ('Txt', 'old');
-- case my 062 zoo
insert into animals (name, age) values ('Trunc', '5 years');
-- case my 063 zoo
insert into animals (name, born) values ('D', '2024-02-30');
-- case my 064 zoo
insert into animals (name, born) values ('D', 'yesterday');
-- case my 065 zoo
insert into animals (name, age) values ('Str', '7'), ('Rnd', 2.5);
select name, age from animals where id > 4 order by id;
-- case my 066 zoo
insert into animals set name = 'Set', age = 3;
select name, age from animals where name = 'Set';
-- case my 067 zoo
insert ignore into animals (name) values ('Leo'), ('Uma');
select name from animals order by id;
select count(*) from animals;
-- case my 068 zoo
insert into animals (id, name, age) values (1, 'Leo', 8) on duplicate key update age = values(age) + 1;
select id, name, age from animals where id = 1;
-- case my 069 zoo
insert into animals (name, age) values ('Zoe', 1) on duplicate key update age = age + 10, weight = 5;
select name, age, weight from animals where name = 'Zoe';
-- case my 070 zoo
replace into animals (id, name) values (2, 'Zed');
select id, name, species, age from animals order by id;
-- case my 071 zoo
update animals set age = age + 1 where species = 'seal';
select name, age from animals order by id;
-- case my 072 zoo
update animals set name = 'Leo' where id = 2;
-- case my 073 zoo
update animals set age = -5 where id = 1;
-- case my 074 zoo
update animals set nope = 1;
-- case my 075 zoo
update animals set age = 1 order by id desc limit 1;
select id, age from animals order by id;
-- case my 076 zoo
update animals a join keepers k on k.id = a.keeper_id set a.name = concat(k.name, '-', a.name) where k.name = 'Ida';
select name from animals order by id;
-- case my 077 zoo
delete from animals where age is null;
select count(*) from animals;
-- case my 078 zoo
delete from animals order by weight desc limit 2;
select name from animals order by id;
-- case my 079 zoo
delete a from animals a join keepers k on k.id = a.keeper_id where k.name = 'Jon';
select name from animals order by id;
-- case my 080 zoo
delete from keepers where id = 1;
select id, keeper_id from animals order by id;
-- case my 081 zoo
select nope from animals;
-- case my 082 zoo
select name from animals where nope = 1;
-- case my 083 zoo
select name from animals order by nope;
-- case my 084 zoo
select name from animals group by nope;
-- case my 085 zoo
select id from animals join keepers on keeper_id = keepers.id;
-- case my 086 zoo
select x.name from animals;
-- case my 087 zoo
select animals.name from animals a;
-- case my 088 zoo
select foo(1);
-- case my 089 zoo
select upper();
-- case my 090 zoo
select sum(age) from animals where sum(age) > 1;
-- case my 091 zoo
select (select name from animals);
-- case my 092 zoo
select (select id, name from animals limit 1);
-- case my 093 zoo
select name from animals union select id, name from keepers;
-- case my 094 zoo
select * from animals where id in (select id, name from keepers);
-- case my 095 zoo
alter table animals add column tame tinyint(1) not null default 0;
describe animals;
select name, tame from animals order by id;
-- case my 096 zoo
alter table animals add column code varchar(5) after name;
describe animals;
-- case my 097 zoo
alter table animals modify column weight decimal(9,3);
select weight from animals order by id;
-- case my 098 zoo
alter table keepers change name full_name varchar(50) not null;
describe keepers;
-- case my 099 zoo
alter table animals drop column nope;
-- case my 100 zoo
alter table animals add column name text;
-- case my 101 zoo
alter table animals drop index uq_name;
insert into animals (name) values ('Leo');
select count(*) from animals where name = 'Leo';
-- case my 102 zoo
alter table keepers add unique (name);
insert into keepers (name) values ('ida');
-- case my 103 zoo
alter table nope add column x int;
-- case my 104 zoo
alter table keepers rename to staff;
show tables;
-- case my 105 zoo
drop table keepers;
-- case my 106 zoo
drop table animals, keepers;
show tables;
-- case my 107 zoo
drop table nope;
-- case my 108 zoo
drop table if exists nope;
select 'fine';
-- case my 109 zoo
truncate table animals;
insert into animals (name) values ('First');
select id from animals;
-- case my 110 zoo
truncate table keepers;
-- case my 111 zoo
create index idx_age on animals (age);
show create table animals;
-- case my 112 zoo
create index uq_name on animals (age);
-- case my 113 zoo
create unique index u on animals (species);
-- case my 114 zoo
create index i on animals (nope);
-- case my 115 zoo
describe animals;
-- case my 116 zoo
desc keepers;
-- case my 117 zoo
show columns from keepers;
-- case my 118 zoo
show create table keepers;
-- case my 119 zoo
show create table animals;
-- case my 120 zoo
show tables;
-- case my 121 zoo
show tables like 'a%';
-- case my 122 zoo
show tables like 'x%';
-- case my 123 zoo
show databases;
-- case my 124 zoo
show warnings;
-- case my 125 zoo
show index from animals;
-- case my 126 zoo
select name, age from animals where id = 1\G
-- case my 127 zoo
begin;
delete from animals;
rollback;
select count(*) from animals;
-- case my 128 zoo
start transaction;
insert into keepers (name) values ('T');
savepoint a;
delete from keepers;
rollback to a;
commit;
select name from keepers order by id;
-- case my 129 zoo
set autocommit = 0;
delete from animals;
rollback;
select count(*) from animals;
-- case my 130 zoo
begin;
insert into keepers (name) values ('Gone');
rollback;
insert into keepers (name) values ('Kept');
select id, name from keepers order by id;
-- case my 131 zoo
rollback to nope;
-- case my 132 zoo
create view seals as select name, age from animals where species = 'seal';
select * from seals order by name;
-- case my 133 zoo
create view v as select 1 as a;
create view v as select 2;
-- case my 134 zoo
create or replace view v as select 1 as a;
create or replace view v as select 2 as b;
select * from v;
-- case my 135 zoo
drop view nope;
-- case my 136 zoo
create table t (a int, a int);
-- case my 137 zoo
create table t (a nosuchtype);
-- case my 138 zoo
create table t (a int primary key, b int primary key);
-- case my 139 zoo
create table t (a int, primary key (nope));
-- case my 140 zoo
create table t (a int, foreign key (a) references nothing(id));
-- case my 141 zoo
create table t (a varchar(5), foreign key (a) references keepers(id));
-- case my 142 zoo
create table t (a int default 'x');
-- case my 143 zoo
create table t (a int auto_increment);
-- case my 144 zoo
create table t (a varchar);
-- case my 145 zoo
create table t like animals;
show create table t;
-- case my 146 zoo
create table t (id int unsigned not null auto_increment, n tinyint, b bigint, s smallint unsigned, primary key (id));
insert into t (n, b, s) values (1, 2, 3);
select * from t;
describe t;
-- case my 147 zoo
create table t (n tinyint);
insert into t values (128);
-- case my 148 zoo
create table t (n int unsigned);
insert into t values (-1);
-- case my 149 zoo
create table t (f float, d double);
insert into t values (1.1, 1.1), (0.1, 1e10), (100000, 0.00001);
select * from t;
-- case my 150 zoo
create table t (b boolean, y year, tm time);
insert into t values (true, 2024, '12:30'), (false, 1999, '01:02:03');
select * from t;
-- case my 151 zoo
create table t (ts timestamp default current_timestamp, dt datetime);
insert into t (dt) values ('2024-05-06 10:11:12'), ('2024-05-06');
select dt, ts is not null from t;
-- case my 152 zoo
create table t (c char(5), v varchar(5));
insert into t values ('ab  ', 'ab  ');
select concat(c, '|'), concat(v, '|'), length(c), length(v) from t;
-- case my 153 zoo
create table t (a int check (a > 0), b int, check (a < b), constraint sane check (b <> 5));
insert into t values (1, 6);
insert into t values (1, 5);
-- case my 154 zoo
create table t (a int check (a > 0));
insert into t values (0);
-- case my 155 zoo
create table t (a int, b int, check (a < b));
insert into t values (2, 1);
-- case my 156 zoo
create table t (a int unique, b int);
insert into t values (null, 1), (null, 2), (1, 3);
select count(*) from t;
insert into t values (1, 4);
-- case my 157 zoo
create table t (s text);
insert into t values ('x'), (null);
select s, s is null, length(s) from t;
-- case my 158 zoo
create table t (id int primary key, v int);
insert into t values (3, 1), (1, 2), (2, 3);
select * from t;
update t set v = 9 where id = 1;
select * from t;
-- case my 159 zoo
create table t (v int);
insert into t values (3), (1), (2);
select * from t;
delete from t where v = 3;
insert into t values (0);
select * from t;
-- case my 160 zoo
create table t (id int auto_increment primary key, v int);
insert into t (v) values (1), (2);
insert into t values (10, 3);
insert into t (v) values (4);
select * from t;
-- case my 161 zoo
create table t (id int auto_increment primary key) auto_increment = 100;
insert into t values (), ();
select * from t;
-- case my 162 zoo
create table t (id int auto_increment primary key, v int);
insert into t (v) select age from animals;
insert into t (v) values (0);
select * from t;
-- case my 163 zoo
create table n (id int primary key, s varchar(10)) engine=InnoDB default charset=utf8mb4;
show create table n;
-- case my 164 zoo
create database other;
use other;
create table z (a int);
show tables;
drop database other;
select database();
-- case my 165 zoo
create database other;
create database other;
-- case my 166 zoo
drop database nothing_here;
-- case my 167 zoo
use nothing_here;
-- case my 168 zoo
create user 'app'@'%' identified by 'pw';
grant all privileges on `case`.* to 'app'@'%';
flush privileges;
drop user 'app'@'%';
select 'done';
-- case my 169 zoo
create user 'root'@'localhost' identified by 'x';
-- case my 170 zoo
insert into animals (name, age) values ('Ret', 1) returning id, name;
-- case my 171 zoo
delete from animals where age < 3 returning name;
-- case my 172 zoo
select name, row_number() over (order by age) from animals where age is not null order by age;
-- case my 173 zoo
select species, name, rank() over (partition by species order by age desc) r from animals where age is not null order by species, r;
-- case my 174 zoo
select name, sum(weight) over (order by id) from animals order by id;
-- case my 175 zoo
with recursive n as (select 1 as i union all select i + 1 from n where i < 4) select sum(i), count(*) from n;
-- case my 176 zoo
with c as (select species, count(*) n from animals group by species) select * from c where n > 1;
-- case my 177 zoo
select name from animals where age > all (select age from animals where species = 'seal' and age is not null);
-- case my 178 zoo
select name from animals where (select count(*) from keepers) = 3 order by name;
-- case my 179 zoo
select k.name, count(a.id) n from keepers k left join animals a on a.keeper_id = k.id group by k.id having n > 0 order by n desc;
-- case my 180 zoo
select name as n from animals having n like 'S%' order by n;
-- case my 181 zoo
select species s, count(*) c from animals group by s order by c desc, s;
-- case my 182 zoo
select year(born) y, count(*) from animals where born is not null group by y order by y;
-- case my 183 zoo
select name, born + interval 1 year from animals where born is not null order by id;
-- case my 184 zoo
select name from animals where born > '2020-01-01' order by name;
-- case my 185 zoo
select name from animals where born between '2017-01-01' and '2020-12-31' order by name;
-- case my 186 zoo
select max(born), min(born), count(distinct species) from animals;
-- case my 187 zoo
select name, if(age > 3, 'old', 'young') as stage from animals order by id;
-- case my 188 zoo
select ifnull(age, 'n/a') from animals order by id;
-- case my 189 zoo
select concat(name, ':', weight) from animals order by id;
-- case my 190 zoo
select weight * 2, weight / 3, weight + 0.001, round(weight / 3, 1) from animals order by id;
-- case my 191 zoo
select count(*) from animals where name regexp '^S';
-- case my 192 zoo
select 1 union select 2 union select 1;
-- case my 193 zoo
select name from animals order by rand() limit 0;
-- case my 194
select @@autocommit, @@version like '10%';
-- case my 195
explain select 1;
-- case my 196
create procedure p() select 1;
-- case my 197
create trigger tr before insert on nothing for each row set new.a = 1;
-- case my 198
selec 1;
-- case my 199
select * frm animals;
-- case my 200 zoo
select * from animals where;
-- case my 201 zoo
select * from animals wher age = 1;
-- case my 202 zoo
insert animals values (1);
-- case my 203 zoo
insert into animals (name values ('x');
-- case my 204 zoo
update animals age = 1;
-- case my 205 zoo
delete animals;
-- case my 206
create table x (id int primary key name text);
-- case my 207
create tabel x (a int);
-- case my 208 zoo
drop animals;
-- case my 209 zoo
select name, from animals;
-- case my 210 zoo
select count(*) from animals group by;
-- case my 211 zoo
select * from animals order;
-- case my 212 zoo
select * from animals where age >;
-- case my 213 zoo
select 'a' 'b', "c" 'd';
-- case my 214 zoo
select `name` from `animals` where `id` = 1;
-- case my 215 zoo
select animals.* from animals where id = 1;
-- case my 216 zoo
select NAME, Age from ANIMALS where ID = 1;
-- case my 217 zoo
select Name, AGE from animals where ID = 1;
-- case my 218 zoo
select count(name), COUNT(*), Sum(age) from animals;
-- case my 219 zoo
select name -- comment;
-- case my 220 zoo
select name /* in between */ from animals where id = 1 # end;
-- case introducers
select _utf8mb4'hi', _utf8'a' as b, length(_utf8mb4 'né');
-- case what may be null
create table n (id int primary key, a int, b int not null, s varchar(5));
insert into n values (1, 1, 1, 'a');
select case when a = 1 then 1 else 2 end as x from n;
select case when b = 1 then 1 else 2 end as x, if(a = 1, 1, 2) as y, if(b = 1, 1, 2) as z from n;
select coalesce(a, 1) as x, row_number() over (order by id) as r from n;
select b as x, b is null as y, coalesce(a, b) as z, row_number() over (order by id) as r from n;
select cast(1 as char) as x, cast(b as signed) as y, (a, b) = (1, 1) as z, (b, id) = (1, 1) as w from n;
-- case rows compared
select (1, 2) = (1, 2) as a, (1, null) = (2, null) as b, (1, null) = (1, null) as c, (1, 2) < (1, null) as d, (1, 2) < (2, null) as e, (null, 1) < (2, 1) as f;
select (1, null) <=> (1, null) as a, (1, null) <> (1, null) as b, (1, null) <> (2, null) as c, (1, 2) >= (1, 2) as d, (1, 2) in ((1, 1), (1, 2)) as e, (1, 2) not in ((1, 1)) as f;
select (1, 2) = (1, 2, 3);
-- case equal ones in a list
create table g (i int, s varchar(9));
insert into g values (1, 'a'), (2, 'A'), (3, 'b'), (4, 'B'), (5, 'a');
select group_concat(s order by s) as a, group_concat(s, i order by s desc) as b, group_concat(distinct s order by s) as c from g;
-- case space before a parenthesis
select max (id) from t;
-- case space before a parenthesis with a table
create table t (id int);
select sum (id) from t;
-- case space and a star
select count (*) from t;
-- case space and a window
select lead (id) over (order by id) from t;
-- case space that may be
select upper ('a') as x, concat ('a', 'b') as y, if (1, 2, 3) as z;
-- case a value with a name
select upper('a' b);
-- case a value with a name for nobody
select nothing('a' b);
-- case a word that is no function
select id (1);
-- case a table that is none
select t.id;
-- case too few for the grammar
select left('a');
-- case too many for the grammar
select year('2024-01-01', 2);
-- case not what
select 1 from dual where 'a' not not like 'b';
-- case exists what
select exists exists (select 1);
-- case the rest is cut
select 1 from from where this_is_a_rather_long_name_of_a_column = 1 and that_is_another_rather_long_one = 2;
-- case the case of a name
select Nothing(1);
-- case too few for ABS
select ABS();
-- case an index needs a name
create unique index on t (a);
-- case an index over what
create table k (s int);
create index i on k ((s);
-- case dual
select 1 as x from dual;
select 2 as x from dual where 1 = 1;
select 3 as x from DUAL order by 1 limit 1;
-- case a point and a number
create table t (id int);
select t.5 from t;
-- case a key that is referred to
create table p (id int primary key, n int);
create table c (id int primary key, p int, foreign key (p) references p (id));
insert into p values (1, 1), (2, 2);
insert into c values (1, 1);
update p set id = id + 1 where id = 1;
-- case no type
select cast(1 as foo);
-- case a table of a query
create table s (a int);
create table t (select a from s);
select * from t;
alter table t;
-- case if exists what
drop table if c;
-- case a function behind a value
select 1 max(2);
-- case a point first
select .s, 1;
-- case a window's function alone
select lead(1);
-- case a text as a name
select upper(null 'b');
-- case a type that is a word
create table t (a check (a > 0));
-- case a type that is none
create table t (a select);
-- case character sets of columns
create table nv (a nvarchar(5), b nchar(3), c varchar(4) character set utf8, d varchar(4) collate utf8mb4_bin, e national varchar(3), f nchar varchar(4), g text, h int);
show create table nv;
describe nv;
insert into nv (a, c, d) values ('Ab', 'Ab', 'Ab');
select a = 'aB' as x, c = 'aB' as y, d = 'aB' as z from nv;
-- case character sets of tables
create table u (a varchar(4), b varchar(4) character set utf8mb4, c varchar(3) collate utf8mb4_bin) engine=InnoDB default charset=utf8;
show create table u;
create table v (a varchar(4), b nvarchar(4)) default charset=utf8mb4 collate=utf8mb4_unicode_ci;
show create table v;
create table w (a varchar(4) not null default 'x', b text) collate utf8mb4_bin;
show create table w;
-- case comments over several lines
/* one
   two; 'three
*/
select 1 as a;
-- four; five
# six; seven
select /* eight
nine; */ 2 as b;
/* ten
*/ select N'text' as c, n'it''s' as d;
-- case the digits of divisions few
select 2/9*9 = 2, 2/9*9 < 2, 2/9*9 = 1.999999998, 2/9*9 - 2, (2/9*9 - 2) * 100000000;
select id, 2/b*9 = 2, 2/b*9 < 2, 2/b*9 = 1.999999998, (2/b*9 - 2) * 100000000, 2/b*9 <=> 2 from t;
select id from t where 2/b*9 = 2;
select id from t where 2/b*9 < 2;
select id from t where 2/b*9 < 2.0000;
select id from t where 2/b*9 in (2, 3);
select id from t where 2/b*9 between 2 and 3;
select id from t where 2/b*9 = 2/1;
select id from t where 2/b = 0.2222;
select id from t where 2/b = 0.222222222;
select id from t where 2/b > 0.2222;
select id, case 2/b when 0.2222 then 1 when 0.222222222 then 2 end from t;
select 2/b, count(*) from t group by 2/b order by 2/b;
select id from t order by 2/b*9 - 2, id;
select 2/b as x from t order by x * 9;
select max(2/b)*9, min(2/b)*9, sum(2/b)*9, avg(2/b)*9, max(2/b) = 1, count(distinct 2/b) from t;
select x * 9 from (select distinct 2/b as x from t) q;
select x * 9 from (select 2/b as x from t limit 10) q;
select x * 9 from (select 2/b as x from t union all select 1) q;
select x * 9 from (select id, max(2/b) as x from t group by id) q;
select (select 2/b) * 9 from t;
select (select max(2/b) from t) * 9 from t;
select sum(2/b) over (order by id) * 9, max(2/b) over () * 9, lag(2/b) over (order by id) * 9, first_value(2/b) over (order by id) * 9 from t;
select concat(2/b, ''), cast(2/b as decimal(10,6)), cast(2/b as signed), cast(2/b as char), cast(2/b as double), format(2/b, 6), round(2/b, 6), truncate(2/b, 6), round(2/b), floor(2/b * 9), ceiling(2/b * 9 - 2) from t;
select coalesce(2/b, 1) = 0.2222, if(2/b = 0.2222, 1, 0), ifnull(2/b, 0) * 9, nullif(2/b, 0.2222), greatest(2/b, 0.2222) * 9, least(2/b*9, 2) * 100000000 from t;
select 2/b union select 0.2222;
select json_array(2/b);
select 2/b is true, not 2/b, (2/b*9-2) and 1 from t;
select d/3*3, d/b, d/d, 1/d*d, (d/3)/3*9, 1.5/7*7, 1.23456789012/7*7 from t;
select a + 2/3, (a + 2/3) * 3, a - 2/3 + 2/3 from t;
select avg(b)*3, avg(b)*7, avg(d)*3, sum(d)/3*3, avg(b)/3 from t;
select avg(b) + 0.00001, round(avg(b), 8), avg(a) = 4.3333, avg(a) > 4.3333 from t;
select a % 3.7 * 3, 7 % 2.5, 10.0 / 3 % 1 from t;
select a, max(2/(b+1))*9, sum(b)/3*100, avg(b)*100, sum(1/(b+1))*100, avg(1/(b+1))*9 from t group by a;
select id, max(2/(b+1))*9, sum(b)/3*100, avg(b)*100, sum(1/(b+1))*100, avg(1/(b+1))*9 from t group by id;
select a % 2 as k, max(2/(b+1))*9, sum(b)/3*100, avg(b)*100/7*3, avg(id)*100 as z from t group by k order by z;
select a, sum(b)/3*100 from t group by a having sum(b)/3*100 > 33.3333;
select a, avg(id)*3 as z from t group by a order by z;
select a, avg(id+0.0)*3 as z, avg(id/3)*3 from t group by a order by avg(id)*3;
select distinct avg(id/3)*3 from t group by a;
select (2/(b+1))*9, count(*) from t group by 2/(b+1);
select 2/(b+1) as x, (2/(b+1))*9, count(*) from t group by x;
select 2/(b+1) * 9 as x from t union all select 3;
select id/3*3, rank() over (order by id/3*3) from t;
select count(distinct 2/3000000), count(distinct id/300000000) from t;
select sum(distinct id/30000)*3, avg(distinct id/30000)*3 from t;
select t.id from t join u on t.id/3 = u.id/3 order by 1;
select id from t where id/3 = 0.3333;
select id from t where id/3 in (0.3333, 0.6667);
select id from t where id/3 in (select n/15 from u);
select id from t where id/3 > all (select id/3 from u where id < 3);
select exists (select 1 from u where u.id/3 = t.id/3) from t;
select id, (select u.id/3 from u where u.id = t.id)*3 from t;
select id, (select max(u.id/3) from u where u.id <= t.id)*3 from t;
select * from (select id/3*3 as x, id/3 as y from t) q where y = 0.3333;
select y*3 from (select id, id/3 as y from t order by id) q;
select y*3 from (select id/3 as y from t where id > 1) q;
select y*3 from (select id/3 as y from t join u using (id)) q;
select y*3 from (select 1/3 as y) q;
select y*3 from (select id/3 as y, (select 1) as z from t) q;
select y*3 from (select id/3 as y, rank() over (order by id) as r from t) q;
select cast(id/3 as decimal(10,2))*3, round(id/3, 2)*3, round(id/3)*3, truncate(id/3, 2)*3, format(id/3, 2), abs(id/3)*3, -(id/3)*3, +(id/3)*3, mod(id/3, 1)*3, ceil(id/3)*3 from t;
select if(id/3, 1, 2), if(id/300000, 1, 2), not id/300000, id/300000 is true, id/300000 and 1, id/300000 or 0 from t;
select id from t where id/300000;
select id from t having id/300000;
select concat(id/3*3), concat_ws(',', id/3, id/3*3), length(id/3), upper(id/3), lpad(id/3, 10, '*'), left(id/3, 3), id/3 like '0.3333', replace(id/3, '3', 'x'), group_concat(id/3) from t group by id;
select id/3 between 0.3333 and 0.3334, nullif(id/3, 0.3333), nullif(id/3, 0.3333)*3, coalesce(null, id/3)*3, case when 1 then id/3 end * 3, ifnull(id/3, 0)*3 from t;
select sum(b)/count(*)*100, count(*)/3*100, sum(case when b > 1 then 1 else 0 end)/count(*)*100, round(sum(b)/count(*)*100, 2), 100*sum(b)/count(*) from t;
select stddev_pop(b), std(b), stddev(b), stddev_samp(b), var_pop(b), var_samp(b), variance(b) from t;
select var_samp(b), stddev_samp(b), var_pop(b) from t where id = 1;
select var_samp(b), stddev_samp(b), var_pop(b) from t where id > 10;
select a, round(stddev(b), 3), variance(b) as v from t group by a having v > 1 order by v;
select stddev(b) over (), var_samp(b) over (order by id) from t;
select stddev_pop(b)*3, stddev(id/3), round(variance(d), 2), sqrt(variance(b)) from t;
select least(id/3*3, 1), greatest(1, id/3*3) from t;
select cast(id/3 as decimal(10,2))*3, round(id/3, 2)*3, round(id/3)*3, truncate(id/3, 2)*3, format(id/3, 2), abs(id/3)*3, -(id/3)*3, +(id/3)*3, mod(id/3, 1)*3, ceil(id/3)*3 from t;
select truncate(d, 6), round(d, 6), truncate(1.5, 4), truncate(2, 3), round(2, 3), truncate(d, 1), truncate(12345, -2), round(d, -1), round(1.25e0, 1), round(1.5e0, 3), truncate(1.25e0, 5), round(sqrt(2), 3), round(sqrt(4), 2), floor(1.5e0), round(-0.4) from t where id = 1;
select coalesce(stddev(b), 0), ifnull(stddev(b), 1.5), if(1, stddev(b), 2e0), stddev(b) = 3.3541, stddev(b) > 3.3541, stddev(b) + 1, stddev(b) / 2, stddev(b) * 1.55, stddev(b) + 1e0, -stddev(b), abs(stddev(b)), cast(stddev(b) as char), concat(stddev(b)), round(stddev(b)), floor(stddev(b)), cast(stddev(b) as decimal(10,8)), stddev(b) % 2, greatest(stddev(b), 1) from t;
select x*3, x from (select stddev(b) as x from t) q;
select a, avg(b)*3, avg(b)/3*3 from (select 1 as a, 1 as b union all select 1, 2 union all select 1, 2) q group by a;
select a, avg(b)*3 as z from (select 1 as a, 1 as b union all select 1, 2 union all select 1, 2) q group by a order by z desc;
select avg(b)*3 from (select 1 as a, 1 as b union all select 1, 2 union all select 1, 2) q having avg(b) > 1.6666;
select * from t where b / 3 = 0.6667;
select id from t order by id/3*3 desc;
select a, count(*) from t group by a having count(*)/3*3 >= 2;
select a, sum(b) from t group by a having avg(b)/3 > 1.8333;
select count(distinct id/3)*3, sum(distinct id/3)*3 from t;
select id, sum(n/3)*3 as z from u group by id order by z;
select id, sum(n/3)*3 as z from u group by id order by id;
select id, t_id, sum(n/3)*3 as z from u group by id, t_id;
select id, sum(n/3)*3 as z from u where n > 0 group by id having z > 0;
select id, sum(n/3)*3 as z from u group by id limit 2;
-- case how many arguments functions take few
select timestamp(*) z z;
select lead( z z;
select date_add(1) 'x' 'y' z z;
select quarter(distinct 1,2) z z;
select subdate(*) z z;
select nullif(1 as a) z z;
select date(1,2,3) 'x' 'y' z z;
select system_user(*) z z;
select minute( z z;
select json_arrayagg(1 2) z z;
select concat(1,2,3,4) 'x' 'y' z z;
select reverse(*) z z;
select round( z z;
select variance(1) 'x' 'y' z z;
select cast(1 as a) z z;
select least(1,2) 'x' 'y' z z;
select percent_rank(1,2,3) 'x' 'y' z z;
select subdate(1 as a) z z;
select stddev_pop(1) 'x' 'y' z z;
select format(1 2) z z;
select trim_oracle(1 as a) z z;
select coalesce(1,2) 'x' 'y' z z;
select btrim( z z;
select timestamp(1 2) z z;
select var_samp(1 as a) z z;
select var_samp(*) z z;
select row_number() 'x' 'y' z z;
select trim(1 2) z z;
select timestamp(1 as a) z z;
select reverse(1 2) z z;
select cast(1 2) z z;
select time(1 2) z z;
select replace(distinct 1,2) z z;
select date(*) z z;
select cume_dist(1) 'x' 'y' z z;
select microsecond(1 2) z z;
select dense_rank(1,2) 'x' 'y' z z;
select right(distinct 1,2) z z;
select lag(1,2,3,4) 'x' 'y' z z;
select sysdate(1,2,3,4) 'x' 'y' z z;
select adddate(distinct 1,2) z z;
select left(1 as a) z z;
select ascii(1,2) 'x' 'y' z z;
select repeat() 'x' 'y' z z;
select date_sub(distinct 1,2) z z;
select schema(1,2) 'x' 'y' z z;
select coalesce(1) 'x' 'y' z z;
select substring_index() 'x' 'y' z z;
select last_value( z z;
select lower(1,2,3,4) 'x' 'y' z z;
select replace(1) 'x' 'y' z z;
select curdate( z z;
select format(1,2) 'x' 'y' z z;
select first_value(distinct 1) z z;
select hour(1) 'x' 'y' z z;
select rand(1,2) 'x' 'y' z z;
select nth_value(distinct 1) z z;
select session_user(1 2) z z;
select date(1,2) 'x' 'y' z z;
-- case more arguments of functions few
select system_user( z z;
select time(1,2,3,4) 'x' 'y' z z;
select replace( z z;
select microsecond(1,2,3) 'x' 'y' z z;
select avg(distinct 1,2) z z;
select session_user() 'x' 'y' z z;
select current_user(1,2,3,4) 'x' 'y' z z;
select power() 'x' 'y' z z;
select charset(distinct 1) z z;
select left(1 2) z z;
select bit_or() 'x' 'y' z z;
select sum() 'x' 'y' z z;
select substring_index(distinct 1,2) z z;
select json_objectagg(1 2) z z;
select right(1 2) z z;
select old_password(1,2) 'x' 'y' z z;
select lag(1,2,3,4) 'x' 'y' z z;
select repeat() 'x' 'y' z z;
select char(1 2) z z;
select least() 'x' 'y' z z;
select group_concat(1 as a) z z;
select nth_value(1 2) z z;
select date_sub(1 as a) z z;
select system_user(1,2) 'x' 'y' z z;
select substring_index(1,2) 'x' 'y' z z;
select percentile_cont(1 as a) z z;
select nth_value(*) z z;
select avg( z z;
select substr(1 as a) z z;
select std() 'x' 'y' z z;
select first_value(*) z z;
select mid(1 as a) z z;
select ascii(1,2,3,4) 'x' 'y' z z;
select year(distinct 1) z z;
select curdate(1,2) 'x' 'y' z z;
select rand(1,2) 'x' 'y' z z;
select percentile_cont(1,2,3) 'x' 'y' z z;
select lead(distinct 1) z z;
select date(distinct 1,2) z z;
select json_arrayagg( z z;
select mod(1,2,3,4) 'x' 'y' z z;
select sum(*) z z;
select rand(distinct 1) z z;
select cume_dist( z z;
select date_add() 'x' 'y' z z;
select power(1) 'x' 'y' z z;
select length(1 2) z z;
select mid( z z;
select dense_rank(1 2) z z;
select greatest(1,2,3) 'x' 'y' z z;
select sysdate(*) z z;
select concat(1,2,3) 'x' 'y' z z;
select repeat(distinct 1) z z;
select first_value(1,2,3) 'x' 'y' z z;
select cast(1 2) z z;
select interval(*) z z;
select microsecond(1,2) 'x' 'y' z z;
select nullif(1,2,3,4) 'x' 'y' z z;
select least(1,2) 'x' 'y' z z;
select trim_oracle(1) 'x' 'y' z z;
-- case syntax of few things few
select (2 / b) * ceiling(a) from t order by id;
select distinct (2 / b) * ceiling(a) from t order by 1;
select (2 / b) * a from t order by id;
select (2 / b) * 10 from t order by id;
select 1/3*3, (1/b)*b from t order by id;
select (1/b)*extract(year from day) from t order by id;
select (1/b)*extract(year from day) from t;
select ((1 / b) * extract(year from day)), (select max(n) from u) as x1 from t order by 1 desc, 2 desc;
select (2 / b) + 1, (2/b) * 1.5, (2/b)*d, (2/b)/3, -(2/b)*9, abs(2/b)*9, coalesce(2/b, 0)*9 from t order by id;
select sum(2/b), sum((2/b)*9), max(2/b)*9, avg(2/b) from t;
select x * 9 from (select 2/b as x from t) q;
select case when a then 2/b else 0 end * 9, ifnull(2/b,1)*9, greatest(2/b, 0)*9, if(1,2/b,3)*9, nullif(2/b,1)*9 from t order by id;
select id from (select 1 as id);
select id from (select 1 as id) ;
select id from (select 1 as id) where id = 1;
select id from (select 1 as id), t;
select id from (select 1 as id) join t;
select id from (select 1 as id) order by 1;
select id from (select 1 as id) limit 1;
select * from t where id in (select id from (select 1 as id));
select * from t where id in (select id from (select 1 as id) where 1);
select id from (select 1 as id) union select 1;
select id from (select 1 as id) group by 1;
select id from (select nothing) ;
select id from (select nothing), t;
select 1 from t = x;
select x.id from t = x order by 1;
select x.id from (select * from t) = x order by 1;
select x.id from t = 5;
select x.id from t == x;
select x.id from t as = x;
select id, rank() over (order by name) as r from t;
select id, rank() over (partition by name) as r from t;
select id, sum(name) over () as r from t;
select id, rank() over (partition by name order by name) as r, nothing from t;
select rank() over () from t;
select dense_rank() over (partition by a) from t;
select row_number() over () from t;
select percent_rank() over () from t;
select cume_dist() over () from t;
select ntile(2) over () from t;
select lag(b) over () from t;
select lead(b) over () from t;
select sum(b) over (partition by name) from t;
select sum(b) over (order by name) from t where nothing = 1;
select sum(b) over (order by name) from t order by nothing;
select sum(b) over (order by name) from t group by nothing;
select sum(b) over (order by name) from t having nothing;
select sum(b) over (order by name), sum(b) over (partition by other) from t;
select id from t order by sum(b) over (order by name);
select sum(b) over (order by sum(name)) from t;
select sum(b) over (order by nothing(1)) from t;
select sum(b) over w from t window w as (order by name);
select sum(b) over w from t window v as (order by name);
select id from t window v as (order by name);
select rank() over (order by 1) from t;
select rank() over (order by b + 'x') from t order by 1;
select now(z);
select curtime(z);
select date_add(day, 1) from t;
select date_add(day, interval 1 day from t;
select adddate(day) from t;
select timestampdiff(nothing, day, day) from t;
select last_value(b) over (order by id) from t;
select current_user(z);
select mod mod(b, 3) from t;
select repeat repeat('B', 2) from t;
select left left(s, 2) from t;
select if if(a, 1, 2) from t;
select char char(65) from t;
select insert from t;
select replace;
select values;
select database;
select schema from t;
select interval from t;
select convert from t;
select utc_date x y;
select id, left left('x', 1) as y from t;
select id, lower('x') left('x', 1) from t;
select id, lower('x') left from t;
select id, lower('x') right x from t;
select id, left('x', 1) left('x', 1) from t;
select s left from t;
select s mod from t;
select distinct distinct id from t;
select distinct all id from t;
select all all id from t;
select all distinct id from t;
select distinct id, a from t;
select distinctrow id from t order by 1;
select cast'x' as date);
select cast 'x' from t;
select cast from t;
select b > 2 as k, count(*), stddev_pop(b) from t where a;
select id, b, count(*) from t;
select id, count(*) from t where id > 100;
select id + 1 as x, b = 1, count(*) from t having 1;
select id from t where ((select 1 from u where u.t_id = t.id) or a = 10) order by 1;
select id from t where (a = 10 or (select 1 from u where u.t_id = t.id)) order by 1;
select id, b * (select 1 from u where u.t_id = t.id) from t where a = 10 and id = 4;
select id from t where a > 0 and (select 1 from u where u.t_id = t.id) order by 1;
-- case names of what has a sign few
select + 1, + a, +(a), true, + false, + null, +(a + 1), + concat(a, 1), 'x' from t where id = 1;
-- case windows of exact numbers few
select id, avg(b) over (order by b, id) as r from t order by id;
select id, avg(b) over (order by b, id rows between 1 preceding and current row) as r from t order by id;
select id, avg(d) over (order by id desc) as r from t order by id;
select id, avg(b/7) over (order by id desc) as r from t order by id;
select id, avg(b) over (partition by a order by id desc) as r from t order by id;
select id, avg(b) over () as r from t;
select avg(b) over (order by b) r from t where id > 1 order by r;
select avg(b) over (order by id) r from t where id > 1 order by r;
select avg(b) over (order by id) r from t where id > 1 and avg(b) > 3 order by r;
-- case windows of exact numbers in expressions few
select id, avg(b) over (order by id) * 3 as r from t order by id;
select id, avg(b) over (order by id) / 7 as r from t order by id;
select id, round(avg(b) over (order by id), 6) as r, round(avg(b) over (order by id), 2) from t order by id;
select id, sum(b) over (order by id) / 7 as r, b * 100.0 / sum(b) over () p, round(b * 100.0 / sum(b) over (), 2) q from t order by id;
select id, b - avg(b) over () r, avg(b) over (order by id) > 4.6666, avg(b) over (order by id) = 14/3 from t order by id;
select id, sum(b/7) over (order by id) r, sum(b/7) over (order by id) * 2, max(b/7) over (order by id) x, lag(b/7) over (order by id) y, lag(b/7) over (order by id) * 3 from t order by id;
select a, avg(b) over () from (select a, avg(b) as b from t group by a) q order by 1;
select a, avg(avg(b)) over () from t group by a order by 1;
select a, avg(b) / sum(avg(b)) over () from t group by a order by 1;
-- case the order that a window over all leaves few
select id, sum(b) over () as r from t;
select id, s, count(*) over () as r from t;
select id, s, row_number() over () as r from t;
select id, s, avg(id) over () as r from t;
select id, s, sum(d) over () as r from t;
select id, s, min(s) over () as r from t;
select id, s, avg(b+1) over () as r from t;
-- case texts that are no moments and renamed tables few
select cast('x' as date), year('abc'), datediff('x', '2024-01-01'), cast('2024-02-30' as datetime) from t;
alter table u rename to w;
update w set n = n + 1;
alter table t rename column s to name;
select * from t where b not in (1, 2) order by 1 limit 2 offset 1;
alter table t rename = tt;
alter table w rename w2;
select w2.id, name from tt join w2 on w2.t_id = tt.id order by 1, 2;
show create table w2;
delete from tt;
-- case a text that is no moment written few
update t set day = cast('x' as date) where id = 1;
-- case NOT before NULL few
select id from t where b not null;
-- case LIMIT of a sum few
select id from t limit 1 + 1;
-- case LIMIT of a name few
select id from t limit b;
-- case LIMIT below nought few
select id from t limit -1;
-- case LIMIT of a fraction few
select id from t limit 1.5;
-- case a renamed column that is referred to few
alter table t rename column id to nr;
select * from u;
update u set t_id = 77;
-- case tables copied by SELECT few
create table c as select id, s from t;
show create table c;
create table c2 as select * from e where done;
show create table c2;
select * from c2;
insert into c2 (note) values ('x');
insert into c (s) values ('x');
-- case tables copied by SELECT of some columns few
create table c as select day, d dd, t.b from t order by 1;
select * from c order by 1;
describe c;
create table c3 as select id, day id from t;
-- case one alias twice before a syntax error few
select t.id, t.s from t right join t t.id = u.id;
-- case ON behind what is selected few
select nope from t join u on u.zip = t.id where zap = 1;
-- case ON behind WHERE few
select t.id from t join u on u.zip = t.id where zap = 1;
-- case ON before groups few
select t.id from t join u on u.zip = t.id join e on e.zop = t.id group by zap;
-- case ON before an order few
select t.id from t join u on u.zip = t.id order by zap;
-- case a function named like a keyword few
select name (1) from t;
-- case a function of no name few
select nothing (1) from t;
-- case a function named like a word with another size few
select Status(1) from t;
