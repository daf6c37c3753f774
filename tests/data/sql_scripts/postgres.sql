-- prelude few
create table t (id int primary key, a int, b int not null default 1, s varchar(10), d decimal(8,2), day date);
create table u (id int primary key, t_id int, v varchar(10) unique, n int check (n < 50), foreign key (t_id) references t (id) on delete cascade);
create table e (id serial primary key, t_id int references t (id), at timestamp, note text, done boolean default false, price numeric(6,2));
insert into t values (1, 10, 2, 'red', 1.50, '2024-01-31'), (2, null, 3, 'Blue', null, '2024-02-29'), (3, -7, 0, null, 12.00, null), (4, 10, 9, 'blue', 0.05, '2023-12-31');
insert into u values (1, 1, 'x', 5), (2, 1, 'y', null), (3, 4, null, 40), (4, null, 'z', -1);
insert into e (t_id, at, note, done, price) values (1, '2024-03-01 10:00:00', 'first', true, 9.99), (1, '2024-03-01 23:59:59', '', false, 0), (2, '2023-02-28 00:00:01', null, null, 19.90), (4, null, 'last one', true, null);
-- prelude drinks
create table p (id serial primary key, cat varchar(20), name text, price numeric(8,2), qty int, made date, ok boolean, code char(3) unique);
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','ccc11',3.25,0,'2024-08-13',null,'000');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','bb1',3.25,7,'2024-04-16',null,'001');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','Ee3',1.50,3,'2024-07-14',true,'002');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','bb1',2,7,'2024-03-12',true,'003');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','bb3',2,2,'2024-05-15',true,'004');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','bb2',null,3,'2024-07-14',true,'005');
insert into p (cat,name,price,qty,made,ok,code) values ('water','dd d2',2,4,'2024-02-15',false,'006');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','Ee0',99.99,5,'2024-02-14',false,'007');
insert into p (cat,name,price,qty,made,ok,code) values ('water','dd d11',3.25,2,'2024-08-17',null,'008');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','a4',1.50,5,'2024-07-10',null,'009');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','ccc6',99.99,0,'2024-08-10',null,'010');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','Ee3',1.50,3,'2024-08-15',null,'011');
insert into p (cat,name,price,qty,made,ok,code) values ('water','Ee4',10,1,'2024-06-14',true,'012');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','a3',3.25,5,'2024-03-15',false,'013');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','a4',null,5,'2024-05-12',true,'014');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','ccc7',2,0,'2024-02-19',null,'015');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','a3',null,5,'2024-05-17',null,'016');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','bb0',null,0,'2024-08-15',true,'017');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','Ee2',null,6,'2024-02-12',false,'018');
insert into p (cat,name,price,qty,made,ok,code) values ('water','bb0',10,4,'2024-03-17',null,'019');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','Ee7',10,5,'2024-08-14',false,'020');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','dd d2',1.50,6,'2024-09-12',null,'021');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','ccc2',1.50,7,'2024-05-18',null,'022');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','ccc1',3.25,0,'2024-05-15',null,'023');
insert into p (cat,name,price,qty,made,ok,code) values ('water','dd d4',null,4,'2024-06-12',null,'024');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','dd d8',3.25,5,'2024-05-17',false,'025');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','ccc5',3.25,5,'2024-07-15',true,'026');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','ccc5',99.99,2,'2024-09-12',true,'027');
insert into p (cat,name,price,qty,made,ok,code) values ('water','dd d4',null,1,'2024-07-12',null,'028');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','Ee10',10,4,'2024-09-14',null,'029');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','bb2',99.99,7,'2024-03-13',null,'030');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','a7',2,2,'2024-01-12',true,'031');
insert into p (cat,name,price,qty,made,ok,code) values ('water','bb7',2,0,'2024-07-17',false,'032');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','Ee1',99.99,3,'2024-04-15',true,'033');
insert into p (cat,name,price,qty,made,ok,code) values ('water','dd d4',10,1,'2024-09-15',true,'034');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','Ee4',1.50,4,'2024-09-18',false,'035');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','ccc5',2,6,'2024-07-19',null,'036');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','ccc7',2,2,'2024-07-19',false,'037');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','bb9',1.50,5,'2024-01-16',true,'038');
insert into p (cat,name,price,qty,made,ok,code) values ('water','Ee9',99.99,2,'2024-06-19',false,'039');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','dd d3',10,4,'2024-08-16',false,'040');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','Ee9',3.25,4,'2024-08-14',false,'041');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','ccc4',10,4,'2024-03-17',true,'042');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','Ee7',2,4,'2024-01-12',false,'043');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','dd d8',99.99,4,'2024-04-17',true,'044');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','dd d4',2,4,'2024-05-17',null,'045');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','Ee10',99.99,1,'2024-01-12',false,'046');
insert into p (cat,name,price,qty,made,ok,code) values ('water','Ee11',3.25,4,'2024-09-10',false,'047');
insert into p (cat,name,price,qty,made,ok,code) values ('water','ccc10',null,2,'2024-01-10',false,'048');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','dd d10',1.50,3,'2024-01-16',false,'049');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','Ee11',null,7,'2024-07-17',false,'050');
insert into p (cat,name,price,qty,made,ok,code) values ('coffee','ccc7',1.50,4,'2024-01-16',null,'051');
insert into p (cat,name,price,qty,made,ok,code) values ('water','dd d4',2,2,'2024-08-18',false,'052');
insert into p (cat,name,price,qty,made,ok,code) values ('water','Ee2',10,0,'2024-02-13',false,'053');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','a10',1.50,5,'2024-07-11',false,'054');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','a1',1.50,3,'2024-02-12',false,'055');
insert into p (cat,name,price,qty,made,ok,code) values ('juice','bb2',99.99,2,'2024-07-12',true,'056');
insert into p (cat,name,price,qty,made,ok,code) values ('milk chocolate','bb0',99.99,1,'2024-07-11',false,'057');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','Ee9',1.50,6,'2024-03-10',false,'058');
insert into p (cat,name,price,qty,made,ok,code) values ('tea','ccc10',99.99,7,'2024-08-15',null,'059');
-- prelude shop
create table customers (id serial primary key, name varchar(100) not null, email varchar(255) unique, city varchar(50));
create table products (id serial primary key, name varchar(100) not null, price numeric(10,2) not null, category_id int);
create table categories (id serial primary key, name text not null);
create table orders (id serial primary key, customer_id int not null references customers(id), created_at timestamp default now(), status varchar(20) default 'new');
create table order_items (id serial primary key, order_id int references orders(id), product_id int references products(id), quantity int not null, price numeric(10,2));
create table enrollments (student_id int, course_id int, grade numeric(3,1), primary key (student_id, course_id));
create table employees (id serial primary key, name text, manager_id int references employees(id), dept text, salary numeric);
insert into customers (name,email,city) values ('Ann','ann@x.org','Oslo'),('Bob','bob@x.org','Rome'),('Cid','cid@x.org',null),('Dan','dan@x.org','Oslo'),('Eve','eve@x.org','Paris');
insert into categories (name) values ('tea'),('coffee'),('none');
insert into products (name,price,category_id) values ('green',3.5,1),('black',2,1),('espresso',5,2),('latte',6.25,2),('cup',9,null);
insert into orders (customer_id,status,created_at) values (3,'new','2024-01-01'),(1,'paid','2024-01-02'),(1,'paid','2024-02-01'),(2,'new','2024-02-03'),(5,'sent','2024-03-01'),(1,'new','2024-03-02');
insert into order_items (order_id,product_id,quantity,price) values (1,3,2,5),(1,1,1,3.5),(2,2,5,2),(3,5,1,9),(4,4,2,6.25),(5,1,10,3),(6,3,1,5),(2,4,1,6);
insert into enrollments values (1,1,5.5),(1,2,4),(2,1,6),(3,3,null);
insert into employees (name,manager_id,dept,salary) values ('Zoe',null,'top',900),('Yan',1,'it',500),('Xi',1,'hr',450),('Will',2,'it',400),('Vic',2,'it',400),('Uma',3,'hr',300);
-- prelude pets
create table owners (id serial primary key, name text not null, joined timestamp default '2024-01-01 10:00:00');
create table pets (id serial primary key, name varchar(20) not null, kind text default 'cat' check (kind in ('cat', 'dog', 'fish')), age int check (age >= 0), owner_id int references owners(id) on delete set null, weight numeric(5,2), tags text[]);
insert into owners (name) values ('Ann'), ('Bob'), ('Cy');
insert into pets (name, kind, age, owner_id, weight) values ('Tom', 'cat', 3, 1, 4.25), ('Rex', 'dog', 5, 1, 20), ('Nemo', 'fish', null, 2, 0.05), ('Kit', 'cat', 1, null, 2.1);
-- prelude
-- case pg 001
select 1/2 as a, 7/2 as b, -7/2 as c, 7%-2 as d, 1/2.0 as e, 10/3.0 as f, 2.0/3 as g;
-- case pg 002
select 1/0;
-- case pg 003
select 1.5/0;
-- case pg 004
select 2147483647 + 1;
-- case pg 005
select 9223372036854775807 + 1;
-- case pg 006
select 2147483648, 9223372036854775808, 1e3, 1.5e-3, .5;
-- case pg 007
select 1::bigint + 1, pg_typeof(1), pg_typeof(1.5), pg_typeof('x'), pg_typeof(true), pg_typeof(now()), pg_typeof(1::bigint * 1.0);
-- case pg 008
select 'a' || 'b' || 1, 'x' || null, 1 || 'y';
-- case pg 009
select true, false, not true, true and null, true or null, null and false;
-- case pg 010
select 1 = 1.0, 'a' = 'A', 'abc' < 'abd', 'B' < 'a', 'a' < 'B';
-- case pg 011
select '5'::int + 1, '1.50'::numeric, 'true'::boolean, 'yes'::bool, '2024-01-31'::date, 12::text;
-- case pg 012
select 'abc'::int;
-- case pg 013
select '2024-02-30'::date;
-- case pg 014
select 'maybe'::boolean;
-- case pg 015
select 1 + 'x';
-- case pg 016
select 1 + '2', '3' * 4, 10 - '4';
-- case pg 017
select 'a' + 'b';
-- case pg 018
select 1 = 'one';
-- case pg 019
select now()::date = current_date, current_user, current_database();
-- case pg 020
select current_date - current_date as zero, date '2024-03-01' - date '2024-02-01' as days, date '2024-01-31' + 1 as next;
-- case pg 021
select timestamp '2024-01-31 10:00' + interval '1 month', date '2024-01-31' + interval '1 month', timestamp '2024-03-01' - interval '1 day 2 hours';
-- case pg 022
select timestamp '2024-03-01 12:00' - timestamp '2024-02-01 11:30', interval '1 year 2 months 3 days 04:05:06', interval '36 hours', interval '90 minutes';
-- case pg 023
select extract(year from timestamp '2024-05-06 07:08:09.5') as y, extract(second from timestamp '2024-05-06 07:08:09.5') as s, extract(epoch from timestamp '1970-01-02') as e, extract(dow from date '2024-05-05') as dow, date_part('month', date '2024-05-05') as m;
-- case pg 024
select date_trunc('month', timestamp '2024-05-06 07:08:09'), date_trunc('hour', timestamp '2024-05-06 07:08:09'), date_trunc('week', timestamp '2024-05-08 01:00');
-- case pg 025
select to_char(timestamp '2024-05-06 17:08:09', 'YYYY-MM-DD HH24:MI:SS'), to_char(date '2024-05-06', 'DD Mon YYYY'), to_char(timestamp '2024-05-06 17:08:09', 'FMDay, FMDD FMMonth YYYY'), to_char(1234.5, '9,999.99'), to_char(0.5, '0.00'), to_char(7, '000');
-- case pg 026
select age(timestamp '2024-05-06', timestamp '2020-02-29'), age(timestamp '2024-01-01', timestamp '2024-03-15');
-- case pg 027
select initcap('hello wide world'), split_part('a,b,c', ',', 2), strpos('hello', 'l'), position('lo' in 'hello'), translate('12345', '14', 'ax'), ascii('A'), chr(66), md5('x');
-- case pg 028
select concat('a', null, 1, true), concat_ws('-', 'a', null, 'b'), format('%s is %s', 'x', 3), quote_literal('it''s'), quote_ident('Big Name');
-- case pg 029
select round(2.5), round(3.5), round(-2.5), round(2.5::float8), round(3.5::float8), round(123.456, 1), round(123.456, -1), trunc(1.99), trunc(-1.99), trunc(1.987, 2);
-- case pg 030
select sqrt(16), power(2, 10), 2 ^ 3, exp(0), ln(1), pi() > 3;
-- case pg 031
select 0.1 + 0.2, 0.1::float8 + 0.2::float8, 1.0::float8, 1e15::float8, 1e16::float8, 1e-5::float8, 100000::float4, 3.14::float4;
-- case pg 032
select 1.10, 1.10 * 2, 1.10 + 1, 3.00 * 2.50, 1.0 / 3.0, 100.0 / 7;
-- case pg 033
select avg(x), sum(x), count(x) from (values (1), (2), (4)) as t(x);
-- case pg 034
select avg(x), sum(x) from (values (1.5), (2.25)) as t(x);
-- case pg 035
select * from (values (1, 'a'), (2, 'b')) as t(n, s) order by n desc;
-- case pg 036
values (1, 'x'), (2, 'y');
-- case pg 037
select * from generate_series(1, 5) as n;
-- case pg 038
select n, n * n as sq from generate_series(2, 10, 4) as n;
-- case pg 039
select generate_series(1, 3) as g;
-- case pg 040
select d::date from generate_series(date '2024-01-01', date '2024-01-03', interval '1 day') as d;
-- case pg 041
select unnest(array[3, 1, 2]) as u;
-- case pg 042
select array[1, 2, 3], array['a', 'b c', null, 'd,e'], '{1,2}'::int[], (array[10, 20])[2], array_length(array[1, 2], 1);
-- case pg 043
select 3 = any(array[1, 3]), 5 <> all(array[1, 2]), 2 = any('{2,4}'::int[]);
-- case pg 044
select array_to_string(array['a', 'b'], '-'), string_to_array('x,y', ','), cardinality(array[1, 2, 3]);
-- case pg 045
select case when true then 1 else 2.5 end, case when false then 'x' end;
-- case pg 046
select case when 1 then 2 end;
-- case pg 047
select coalesce(null, 1, 2.5), coalesce(null, null);
-- case pg 048
select coalesce('a', 1);
-- case pg 049
select 'abc' like 'a%', 'ABC' ilike 'a_c', 'a%c' like 'a\%c', 'abc' not like '%d%';
-- case pg 050
select '{"a": 1, "b": {"c": [1, 2]}}'::jsonb, '{"b":1,"a":2}'::jsonb -> 'a', '{"a":"x"}'::jsonb ->> 'a', '{"a":1}'::json;
-- case pg 051
select '{"a": [1, {"b": 2}]}'::jsonb -> 'a' -> 1 ->> 'b', '{"a":1}'::jsonb ? 'a', '{"a":1,"b":2}'::jsonb @> '{"b":2}';
-- case pg 052
select null::int is null, null is distinct from 1, 1 is not distinct from 1;
-- case pg 053
select greatest(1, null, 3), least(null, 2), nullif('a', 'b');
-- case pg 054
select 5 between 1 and 10, 5 not between 1 and 4, 3 in (1, 2, 3), null in (1, 2), 1 not in (2, null);
-- case pg 055
select length('日本語'), octet_length('日本語'), reverse('añb');
-- case pg 056
select 'it''s' as q, E'tab\there' as t, $$dollar 'quoted'$$ as d, $x$in$x$ as e;
-- case pg 057
select lower('ABC') as lower, upper('abc'), now() is not null as ok;
-- case pg 058 pets
select * from pets order by id;
-- case pg 059 pets
select name as "Pet Name", age + 1 as next_age from pets order by age;
-- case pg 060 pets
select kind, count(*), avg(weight), sum(weight) from pets group by kind order by kind;
-- case pg 061 pets
select kind, string_agg(name, ', ' order by name) from pets group by kind order by kind;
-- case pg 062 pets
select array_agg(name order by id) from pets;
-- case pg 063 pets
select count(*) filter (where kind = 'cat') as cats, bool_and(age > 0), bool_or(age > 4) from pets;
-- case pg 064 pets
select name, kind from pets group by kind;
-- case pg 065 pets
select name, count(*) from pets;
-- case pg 066 pets
select p.name, o.name from pets p full join owners o on o.id = p.owner_id order by p.id, o.id;
-- case pg 067 pets
select distinct on (kind) kind, name from pets order by kind, age desc nulls last;
-- case pg 068 pets
select name, age from pets order by age nulls first, name;
-- case pg 069 pets
select name, age from pets order by age desc;
-- case pg 070 pets
select p.id, o.* from pets p join owners o on o.id = p.owner_id order by p.id;
-- case pg 071 pets
insert into pets (name) values ('New') returning *;
-- case pg 072 pets
insert into pets (name, age) values ('Old', 9), ('Odd', 8) returning id, name, age * 2 as twice;
-- case pg 073 pets
update pets set age = age + 1 where kind = 'cat' returning name, age;
-- case pg 074 pets
delete from pets where age is null returning name;
-- case pg 075 pets
insert into pets (name, kind) values ('Bad', 'bird');
-- case pg 076 pets
insert into pets (name, age) values ('Neg', -1);
-- case pg 077 pets
insert into pets (name, owner_id) values ('Lost', 99);
-- case pg 078 pets
insert into pets (name) values (null);
-- case pg 079 pets
insert into pets (id, name) values (1, 'Dup');
-- case pg 080 pets
insert into pets (name, weight) values ('Fat', 1000);
-- case pg 081 pets
insert into pets (name) values ('a name that is far too long');
-- case pg 082 pets
insert into pets (name, age) values ('Txt', 'old');
-- case pg 083 pets
insert into pets (name, age) values ('Cast', '7'), ('Num', 2.6);
select name, age from pets where id > 4 order by id;
-- case pg 084 pets
insert into pets (name, age) select name, 'x' from owners;
-- case pg 085 pets
update pets set nope = 1;
-- case pg 086 pets
update pets set age = 'x' where id = 1;
-- case pg 087 pets
update pets set kind = 'cow' where id = 1;
-- case pg 088 pets
delete from owners where id = 1;
select id, owner_id from pets order by id;
-- case pg 089 pets
insert into owners (id, name) values (1, 'Upsert') on conflict (id) do update set name = excluded.name || '!' returning *;
-- case pg 090 pets
insert into owners (id, name) values (1, 'Skip') on conflict do nothing;
select name from owners order by id;
-- case pg 091 pets
insert into owners (id, name) values (7, 'a'), (7, 'b') on conflict (id) do update set name = excluded.name;
-- case pg 092 pets
insert into owners (name) values ('x') on conflict (name) do nothing;
-- case pg 093 pets
update pets p set name = o.name || ' of ' || p.name from owners o where o.id = p.owner_id and o.id = 1;
select name from pets order by id;
-- case pg 094 pets
delete from pets using owners o where o.id = pets.owner_id and o.name = 'Ann';
select name from pets order by id;
-- case pg 095 pets
with gone as (select id from pets where kind = 'cat') delete from pets where id in (select id from gone);
select count(*) from pets;
-- case pg 096 pets
select pets.name from pets p;
-- case pg 097 pets
select x.name from pets;
-- case pg 098 pets
select nam from pets;
-- case pg 099 pets
select id from pets join owners on true;
-- case pg 100 pets
select name from pets where age = 'five';
-- case pg 101 pets
select name from pets where name = 5;
-- case pg 102 pets
select name from pets where kind;
-- case pg 103 pets
select upper(age) from pets;
-- case pg 104 pets
select foo(1);
-- case pg 105 pets
select sum(name) from pets;
-- case pg 106 pets
select max(age) from pets where max(age) > 1;
-- case pg 107 pets
select * from pets limit -1;
-- case pg 108 pets
select name from pets order by nope;
-- case pg 109 pets
select name from pets union select id, name from owners;
-- case pg 110 pets
select name from pets union select id from owners;
-- case pg 111 pets
select (select name from pets);
-- case pg 112 pets
select * from pets where id in (select id, name from owners);
-- case pg 113 pets
select row_number() over () from pets where row_number() over () = 1;
-- case pg 114 pets
alter table pets add column vaccinated boolean default false;
select name, vaccinated from pets order by id;
-- case pg 115 pets
alter table pets add column code text not null;
-- case pg 116 pets
alter table pets alter column age type bigint;
alter table pets alter column name type text;
\d pets
-- case pg 117 pets
alter table pets alter column kind type int;
-- case pg 118 pets
alter table pets alter column weight type int using weight::int;
select weight from pets order by id;
-- case pg 119 pets
alter table pets alter column age set not null;
-- case pg 120 pets
alter table pets alter column kind drop default;
insert into pets (name) values ('Q');
select kind from pets where name = 'Q';
-- case pg 121 pets
alter table pets add constraint age_limit check (age < 30);
insert into pets (name, age) values ('Tortoise', 80);
-- case pg 122 pets
alter table pets drop constraint pets_kind_check;
insert into pets (name, kind) values ('B', 'bird');
select count(*) from pets;
-- case pg 123 pets
alter table pets add constraint bad check (age > 3);
-- case pg 124 pets
alter table pets add unique (name);
insert into pets (name) values ('Tom');
-- case pg 125 pets
alter table pets drop column nope;
-- case pg 126 pets
alter table pets add column name text;
-- case pg 127 pets
alter table nope add column x int;
-- case pg 128 pets
alter table pets rename column nope to x;
-- case pg 129 pets
drop table owners;
-- case pg 130 pets
drop table owners cascade;
\d pets
-- case pg 131 pets
drop table pets, owners;
\dt
-- case pg 132 pets
truncate owners;
-- case pg 133 pets
truncate owners cascade;
select count(*) from pets;
-- case pg 134 pets
truncate pets restart identity;
insert into pets (name) values ('First') returning id;
-- case pg 135 pets
create index on pets (name);
create index pets_kind on pets (kind, age);
\d pets
-- case pg 136 pets
create unique index on pets (kind);
-- case pg 137 pets
create index on pets (nope);
-- case pg 138 pets
\d owners
-- case pg 139 pets
\dt
-- case pg 140 pets
\di
-- case pg 141 pets
\ds
-- case pg 142 pets
\d
-- case pg 143 pets
\x
select * from owners order by id;
-- case pg 144 pets
\pset null (none)
select name, age from pets order by id;
-- case pg 145 pets
\t
select name from pets order by id;
-- case pg 146 pets
\a
select name, age from pets order by id;
-- case pg 147 pets
begin;
insert into owners (name) values ('T');
select count(*) from owners;
rollback;
select count(*) from owners;
-- case pg 148 pets
begin;
select 1/0;
select 1;
commit;
select count(*) from owners;
-- case pg 149 pets
begin;
savepoint a;
insert into owners (id, name) values (1, 'x');
rollback to a;
select count(*) from owners;
commit;
-- case pg 150 pets
begin;
select nope;
rollback;
select 'fine';
-- case pg 151 pets
commit;
rollback;
begin;
begin;
commit;
-- case pg 152 pets
savepoint x;
-- case pg 153 pets
begin;
rollback to nope;
rollback;
-- case pg 154 pets
begin;
create table tt (a int);
insert into tt values (1);
rollback;
select * from tt;
-- case pg 155 pets
begin;
delete from pets;
commit;
insert into pets (name) values ('Next') returning id;
-- case pg 156 pets
select nextval('pets_id_seq'), currval('pets_id_seq'), setval('pets_id_seq', 50), nextval('pets_id_seq');
-- case pg 157 pets
select currval('owners_id_seq');
-- case pg 158 pets
create sequence s start 10 increment 5;
select nextval('s'), nextval('s');
-- case pg 159 pets
create view cats as select name, age from pets where kind = 'cat';
select * from cats order by name;
\d cats
-- case pg 160 pets
create view cats as select 1 as x;
create view cats as select 2 as y;
-- case pg 161 pets
create or replace view v as select 1 as a;
create or replace view v as select 2 as a;
select * from v;
-- case pg 162 pets
drop view nope;
-- case pg 163 pets
drop view pets;
-- case pg 164 pets
create table copy_of as select id, name from pets where id < 3;
select * from copy_of order by id;
-- case pg 165 pets
create table u (id uuid primary key default gen_random_uuid(), n int);
insert into u (n) values (1);
select length(id::text), n from u;
-- case pg 166 pets
create type mood as enum ('sad', 'ok', 'happy');
create table m (v mood);
insert into m values ('happy'), ('sad');
select v, v > 'ok' as good from m order by v;
insert into m values ('angry');
-- case pg 167 pets
create table i (id int generated always as identity, x int);
insert into i (x) values (5) returning id;
insert into i (id, x) values (9, 9);
-- case pg 168 pets
create table i (id bigint generated by default as identity primary key, x int);
insert into i values (9, 9);
insert into i (x) values (1) returning *;
-- case pg 169 pets
create table t (a int, a int);
-- case pg 170 pets
create table t (a nosuchtype);
-- case pg 171 pets
create table t (a int primary key, b int primary key);
-- case pg 172 pets
create table t (a int references nothing(id));
-- case pg 173 pets
create table t (a int references pets(name));
-- case pg 174 pets
create table t (a text references pets(id));
-- case pg 175 pets
create table t (a int default 'x');
-- case pg 176 pets
create table t (a varchar(3), b char(3));
insert into t values ('ab', 'ab');
select a, b, length(b), a || '|', b || '|' from t;
-- case pg 177 pets
create table t (b boolean default true, d date default '2024-05-05', n numeric default 1.50);
insert into t default values;
select * from t;
\d t
-- case pg 178 pets
create table t (a int check (a > 0), b int, check (a < b), constraint sane check (b <> 5));
insert into t values (1, 5);
insert into t values (3, 2);
insert into t values (0, 9);
-- case pg 179 pets
create table t (a int unique, b int, unique (a, b));
insert into t values (null, 1), (null, 1), (1, 1);
select count(*) from t;
insert into t values (1, 2);
-- case pg 180 pets
create table t (ts timestamptz, tm time);
insert into t values ('2024-05-06 10:00:00+02', '13:30');
select * from t;
-- case pg 181 pets
create table "Mixed" ("Col" int, other int);
insert into "Mixed" values (1, 2);
select "Col", other from "Mixed";
select Col from "Mixed";
-- case pg 182 pets
create table t (a int);
insert into t values (1), (2), (3);
update t set a = 10 where a = 1;
select * from t;
-- case pg 183 pets
create table t (a int primary key);
insert into t values (1), (2), (3);
update t set a = a + 1;
-- case pg 184 pets
create schema app;
create table app.t (a int);
insert into app.t values (1);
select * from app.t;
\dn
-- case pg 185 pets
create schema public;
-- case pg 186 pets
create role reader login password 'x';
create user writer;
drop role reader;
drop role writer;
-- case pg 187 pets
create role postgres;
-- case pg 188 pets
create user app with password 'secret';
grant select on pets to app;
revoke select on pets from app;
drop user app;
-- case pg 189 pets
grant select on nothing to public;
-- case pg 190 pets
create extension if not exists "uuid-ossp";
select length(uuid_generate_v4()::text);
-- case pg 191 pets
comment on table pets is 'All of them';
comment on column pets.name is 'What it hears';
-- case pg 192 pets
copy owners to stdout;
-- case pg 193 pets
copy (select name, age from pets order by id) to stdout with csv header;
-- case pg 194 pets
copy (select id, name from owners order by id) to stdout with (format csv);
-- case pg 195 pets
show server_encoding;
show standard_conforming_strings;
set client_min_messages to warning;
show nothing_like_this;
-- case pg 196 pets
select tablename from pg_tables where schemaname = 'public' order by tablename;
-- case pg 197 pets
select column_name, data_type, is_nullable from information_schema.columns where table_name = 'owners' order by ordinal_position;
-- case pg 198 pets
select table_name from information_schema.tables where table_schema = 'public' order by table_name;
-- case pg 199 pets
explain select 1;
-- case pg 200 pets
do $$ begin raise notice 'hi';
end $$;
-- case pg 201 pets
create function f() returns int as 'select 1' language sql;
-- case pg 202
\echo hello world
-- case pg 203
select 'one' as a \gx
-- case pg 204
select 1 as x, 2 as y \g
-- case pg 205 pets
select name, percent_rank() over (order by age), cume_dist() over (order by age) from pets where age is not null order by age;
-- case pg 206 pets
select name, count(*) over (partition by kind) as n, avg(age) over (partition by kind) from pets order by id;
-- case pg 207 pets
select name, sum(age) over w as s, rank() over w as r from pets where age is not null window w as (order by age) order by age;
-- case pg 208 pets
select id, last_value(name) over (order by id rows between unbounded preceding and unbounded following) from pets order by id;
-- case pg 209
with recursive t(n) as (select 1 union all select n + 1 from t where n < 4), d as (select n * 2 as m from t) select sum(m) from d;
-- case pg 210
with recursive t(n) as (values (1) union select (n + 1) % 3 from t) select * from t order by n;
-- case pg 211
with x as (select 1 as a), y as (select a + 1 as b from x) select * from x, y;
-- case pg 212 pets
select exists (select 1 from pets where age > 4), not exists (select 1 from pets where age > 99);
-- case pg 213 pets
select name from pets where (kind, age) = ('cat', 3);
-- case pg 214 pets
select o.name, (select string_agg(p.name, '+' order by p.name) from pets p where p.owner_id = o.id) as pets from owners o order by o.id;
-- case pg 215 pets
select * from pets fetch first 2 rows only;
-- case pg 216 pets
select name from pets offset 2;
-- case pg 217 pets
select name from pets order by id limit 2, 1;
-- case pg 218 pets
select * from (select 1 as a);
-- case pg 219 pets
select a.id from pets a join pets a on true;
-- case pg 220
select 'é' < 'f' as a, 'Z' < 'a' as b, 'a b' < 'ab' as c, 'a-b' < 'ab' as d, '10' < '9' as e;
-- case pg 221
select s from (values ('banana'), ('Apple'), ('apple'), ('Banana'), ('cherry pie'), ('cherry'), ('_x'), ('1a')) t(s) order by s;
-- case pg 222
select null < 1 as a, sum(null::int) as b, count(null) as c;
-- case pg 223
select interval '1 day' * 3, interval '2 hours' + interval '30 minutes', interval '1 day' > interval '23 hours';
-- case pg 224
select current_date = now()::date, extract(year from age(date '2024-01-01', date '2000-06-15'));
-- case pg 225 pets
select json_build_object('a', 1, 'b', 'x'), json_agg(id) from owners;
-- case pg 226
select pg_size_pretty(pg_database_size('case'));
-- case pg 227
select substring('hello' from 2 for 3), substring('hello' from 3);
-- case pg 228
select 5 & 3, 5 | 3;
-- case pg 229
select cast(1.5 as int), cast(2.5 as int), cast('12' as numeric(5,1)), 1.005::numeric(5,2), 'abcdef'::varchar(3), 3::float8 / 2;
-- case pg 230
select 12345678901234567890::bigint;
-- case pg 231
select '99999'::smallint;
-- case pg 232
select 1::boolean, 0::boolean, true::int, 'f'::boolean;
-- case pg 233
select 10000000::float4, 123456789.123::float8, 0.000012345::float8, (1/3.0)::float8, 1e100::float8;
-- case pg 234 pets
select * from owners natural join pets;
-- case pg 235 pets
update pets set age = default, kind = default where id = 2 returning age, kind;
-- case pg 236 pets
insert into pets values (default, 'Def', default, 2, 1) returning id, kind;
-- case pg 237 pets
insert into pets default values;
-- case pg 238 pets
select name from pets where age > (select avg(age) from pets) order by name;
-- case pg 239 pets
select kind, max(age) - min(age) as spread from pets group by 1 having max(age) is not null order by 2 desc, 1;
-- case pg 240 pets
delete from pets;
select count(*), max(id) from pets;
-- case pg 241 pets
select 1 as a union select 2 union select 1 order by a desc limit 1;
-- case pg 242
(select 1 as n) union all (select 2) order by n desc;
-- case pg 243 pets
select from pets;
-- case pg 244 pets
select 'unterminated;
-- case pg 245 pets
select * from pets where name = "Tom";
-- case pg 246 pets
select * frm pets;
-- case pg 247 pets
insert pets values (1);
-- case pg 248 pets
insert into pets (name values ('x');
-- case pg 249 pets
update pets age = 1;
-- case pg 250 pets
delete pets;
-- case pg 251
create table x (id int primary key name text);
-- case pg 252
create table x (id integer, name varchar(10) not nul);
-- case pg 253
create tabel x (a int);
-- case pg 254 pets
drop pets;
-- case pg 255 pets
select count(*) pets where age > 1;
-- case pg 256 pets
select name, from pets;
-- case pg 257 pets
select max(age) from pets group by;
-- case pg 258 pets
select * from pets order;
-- case pg 259 pets
select * from pets where age > ;
-- case pg 260 pets
alter table pets ad column x int;
-- case pg 261
begin transaction isolation level serializable;
commit;
-- case copy in pets
copy pets (name, age) from stdin;
Woof	4
Meow	\N
\.
select name, age from pets where id > 4 order by id;
-- case copy bad pets
copy pets (name, age) from stdin;
Woof	four
\.
-- case text order
select s from (values ('ab'),('a-b'),('a b'),('-ab'),('ab-'),('a--b'),('Ab'),('A-b'),('aB'),('áb'),('aá'),('a_b'),('a.b'),('$x'),('1')) t(s) order by s;
-- case quotes in arrays
select '{"x","y z",NULL,"NULL",plain text , "q\"u","b\\s"}'::text[];
select '{}'::text[], '{ }'::int[], '{1, 2 ,null}'::int[], '{"1","2"}'::int[];
select array['a"b','c\d','', 'NULL', null, 'x y', '{}', 'a,b'];
select '{"a","b"}'::text[] = array['a','b'], 'b' = any('{"a","b"}'::text[]);
-- case order of errors pets
select max() from pets where max(age) > 1;
select name, count(*) from pets where nothing = 1;
select name, count(*) from pets order by nothing;
select name, count(*) from pets having nothing > 1;
select name from pets group by nothing order by nobody;
select age, count(*) from pets group by name having age > 1;
-- case aggregates of subqueries pets
select sum((select count(*) from pets q where q.id = pets.id)), count(*) filter (where exists (select 1 from pets q where q.id = pets.id)) from pets;
select count(*), (select max(q.id) from pets q where q.id = pets.id) from pets;
-- case constants that are computed first pets
select 1 / 0 from pets where false;
select id, coalesce(cast(id as int), 0 / 0) from pets;
select id, case when id > 0 then 1 else 1 / 0 end from pets;
select case when true then id else 1 / 0 end, coalesce(2, 1 / 0), false and 1 / 0 = 1 from pets order by id;
select x, case when x > 0 then 1 else 1 / 0 end from (values (1)) v(x);
select count(*) from pets where exists (select 1 / 0);
select abs('x'::int) from pets where id = 99;
-- case numbers of columns pets
select id from pets order by 'x';
select id from pets order by -1;
select id from pets order by 1.5;
select id from pets group by null;
select distinct on (5) id from pets;
select id, cast(id as int) from pets order by id;
-- case types before texts
select foo 'x';
select upper 'x', 1;
select 0where, 1.5abc;
select varchar 'x', int4 '7';
select exists from t;
-- case days that no calendar has
select '2024-13-01'::date;
select '2024-02-30'::date;
select '2024-13-01 25:00'::timestamp;
-- case the first of several constraints
create table p (id int primary key);
create table zebra (p int references p);
create table ant (p int references p);
create view v as select * from p;
insert into p values (1);
insert into zebra values (1);
insert into ant values (1);
delete from p;
drop table p;
-- case unions of nothing pets
select id from pets intersect select;
-- case what a column may not say
create table a (id int not null null);
create table b (id int default 1 default 2);
create table c (id, );
create table d (id);
create table e (id, x int);
create table f (id int);
alter table f add check (nothing > 0);
alter table f add column g int null not null;
select cast;
-- case what an update computes first pets
update pets set nothing = nobody + 1;
update pets set age = 1 / 0 where false;
update pets set age = 2 where id = 99 and 1 / 0 = 1;
delete from pets where 1 / 0 = 1 and id = 99;
-- case comments over several lines
/* one
   two; 'three /* four
*/ five */
select 1 as a;
-- six; seven
select /* eight
nine; */ 2 as b;
-- case a sum of reals
create table r (a real, b double precision);
insert into r values (0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (1000000.1, 1000000.1), (3.3, 3.3);
select sum(a), avg(a), sum(b), avg(b), min(a), max(a) from r;
-- case messages that are not wanted
drop table if exists nothing;
set client_min_messages = warning;
drop table if exists nothing;
commit;
set client_min_messages = error;
commit;
set default_with_oids = false;
-- case national texts
select N'Rock', n'it''s' as a, nchar 'x' as b, char 'abc' as c;
create table g (id int, name varchar(20));
insert into g values (1, N'Rock'), (2, N'Jazz ');
select id, name, name = N'Rock', length(name) from g order by id;
-- case what nullif gives
select nullif(18.0, 2::float8) as a, nullif(1, 2.50) as b, nullif(1::float4, 2::float8) as c, nullif(1.50, 2) as d, nullif(1::int2, 2::int8) as e, nullif('x', 'y') as f;
create table n as select nullif(18.0, 2::float8) as a, nullif(1, 2.50) as b, nullif(1.5::float4, 2::float8) as c, nullif(1::int2, 2::int8) as d;
\d n
-- case syntax and checks of few things few
select array_agg(*) from t;
create table z (a int check (a > default));
create table z (a int default);
select default;
create table z (a int default b.c);
select (default);
table t order by id limit 2;
select 5 5 $x;
select id unique from t;
select all, a from t;
select * from t limit default;
select lower(1) over () from t;
select lower(s) filter (where true) from t;
select row_number(*) over () from t;
select (table u);
create table z (a int check (nothing > 1));
select u.id, nothing(1);
select a + default from t;
create view w as table t;
select u.id order by 3;
select concat(s) over () from t;
select sum(*) from t;
select not unique (select 1);
select * from t order by default;
select lower(s) over () from t;
select acount(*) filter (where true) from t;
select acount(*);
select nothing(1) where u.id = 1;
select u.id is null;
create table z (a int, check (default));
select * from t where a = default;
create table z (a int default a);
select 1 where unique a;
select unique from t;
select 1 where u.id = 1 order by 7;
select acount(a order by a) from t;
select exists (table u);
select max(*) from t;
values (default);
select group from t;
select t.id .. u.id from t;
-- case hints of columns few
select t.name , t.s, u.v, u.n, e.note from t cross join u left join e on e.t_id = t.id;
select t.note from t cross join u left join e on e.t_id = t.id;
select t.v from t, u;
select t.t_id from t, u, e;
select u.dy from t, u;
select tt.id from t tt, u where t.id = 1;
select iid from t, u;
select idd from t;
select id from t where t_ids = 1;
select t_ids from u, e;
select at from t;
select nam from t, u, e;
select nope, not from t;
select prise from e;
select pric, prce, e.pricee from e;
select eee.price from e as eee where eee.prices = 1;
select customers.price from e as customers join t as orders on orders.id = customers.id where orders.price > 1;
select orders.price from e as orders2 join t as orders on orders.id = orders2.id;
select t.sx from t join (select id as s1, a as s2 from t) as q on true;
select (select t.nn from u) from t;
select (select u.nn from u where u.bb = t.aa) from t;
select s from u where exists (select 1 from t where t.vv = u.v);
select a, count(*) from t group by aa;
select a as x from t order by xx;
select a as x from t where x = 1;
with q as (select id as one from t) select ones from q;
select t.id from t, u where u.t_ids = t.ids;
select ab from t join u using (id);
select t.dat from t;
-- case rows that nothing orders few
select distinct a from t;
select a, count(*) from t group by a;
select s, count(*) from t group by s;
select distinct s from t;
select lower(s) as s from t union select lower(note) from e;
select id from t union select id from u;
select id from t intersect select id from u;
select id from t except select id from u where id > 3;
select lower(s) from t intersect select s from t;
select day, count(*) from t group by day;
select a, b, count(*) from t group by a, b;
select distinct a, b from t;
select a % 2, count(*) from t group by a % 2;
select * from t where id in (select t_id from u);
select * from t where exists (select 1 from u where u.t_id = t.id);
select * from t where id not in (select t_id from u where t_id is not null);
select * from t where not exists (select 1 from u where u.t_id = t.id);
select t.id, u.id from t join u on u.t_id = t.id;
select t.id, u.id from t left join u on u.t_id = t.id;
select t.id, u.id from t right join u on u.t_id = t.id;
select t.id, u.id from t full join u on u.t_id = t.id;
select t.a, count(*) from t join u on u.t_id = t.id group by t.a;
select v, n from u group by v, n;
select distinct v from u;
select id, count(*) from t group by id;
select id, a from t group by id;
select n, row_number() over (order by n) from u;
select a, row_number() over (partition by a) from t;
select sum(b) over (partition by a), id from t;
-- case the order of groups and ties drinks
select cat, count(*) from p group by cat;
select cat, avg(price), sum(qty) from p group by cat order by count(*);
select cat, qty, count(*) from p group by cat, qty;
select cat, ok, count(*) from p group by cat, ok;
select ok, count(*) from p group by ok;
select price, count(*) from p group by price;
select made, count(*) from p group by made;
select code, count(*) from p group by code;
select distinct name from p;
select distinct cat, ok from p;
select distinct on (cat) cat, id from p;
select distinct on (cat) cat, id, price from p order by cat, price;
select id, price from p order by price;
select id, price from p order by price desc limit 5;
select id, price from p order by price limit 10 offset 3;
select id, price from p order by price limit 40;
select id, qty from p order by qty;
select id, qty, cat from p order by cat, qty desc;
select id, qty, cat from p order by cat limit 3;
select id, ok from p order by ok desc, cat;
select id, qty, row_number() over (order by qty) from p;
select id, qty, rank() over (partition by cat order by qty desc) from p;
select id, qty, rank() over (partition by cat order by qty desc), sum(qty) over (order by price) from p;
select cat, string_agg(name, ',') from p group by cat;
select cat, string_agg(name, ',' order by qty) from p group by cat;
select cat, array_agg(id) from p group by cat;
select cat, count(distinct name) from p group by cat;
select cat, count(*) from p where price > 2 group by cat;
select cat, count(*) from p where qty = 3 group by cat;
select cat, count(*) from p where id = 3 or id = 9 group by cat;
select cat, count(*) from p where cat = 'tea' or qty < 4 group by cat;
select cat, count(*) from p where ok group by cat;
select cat, count(*) from p where price is not null group by cat;
select cat, count(*) from p where cat in ('tea','water','juice') group by cat;
select cat, count(*) from p where made between '2024-01-01' and '2024-05-01' group by cat;
select cat, count(*) from p group by cat having count(*) > 10;
select upper(cat), count(*) from p group by upper(cat);
select extract(month from made) as m, count(*) from p group by m;
select to_char(made, 'YYYY-MM') as m, count(*) from p group by m;
select date_trunc('month', made) as m, count(*) from p group by 1;
select qty % 2 as odd, count(*) from p group by odd;
select qty > 3 as big, count(*) from p group by big;
select case when price > 5 then 'dear' else 'cheap' end as k, count(*) from p group by k;
select cat from p union select name from p;
-- case the order of windows and ranges drinks
select cat from p where qty > 3 union select cat from p where qty < 3;
select cat from p intersect select cat from p where qty > 5;
select name from p except select name from p where qty > 5;
select cat, name from p union select name, cat from p;
select cat from p union all select name from p;
select cat from p union select name from p union select code from p;
select cat, max(price) from p group by cat order by max(price) desc nulls last, cat;
select length(name) as l, count(*) from p group by l order by count(*) desc limit 3;
select count(*) from (select distinct cat from p) q;
select * from (select cat, count(*) as n from p group by cat) q where n > 5;
with q as (select cat, count(*) as n from p group by cat) select * from q;
select cat, (select count(*) from p p2 where p2.cat = p.cat) from p group by cat;
select coalesce(ok::text, 'none') as k, count(*) from p group by k;
select cat, sum(price * qty) as total from p group by cat order by total desc;
select qty, array_agg(name) from p group by qty;
select id % 7 as k, count(*) from p group by id % 7;
select id, cat from p group by id;
select price::int as pi, count(*) from p group by pi;
select sum(qty) from p group by cat;
select id, row_number() over (partition by cat order by id), rank() over (order by qty), sum(qty) over (partition by cat) from p;
select id, rank() over (order by qty), rank() over (order by price), rank() over (order by made) from p;
select id, sum(qty) over (), rank() over (order by price) from p;
select id, rank() over (order by price), sum(qty) over () from p;
select id, rank() over w, sum(qty) over (partition by ok) from p window w as (order by cat);
select id, rank() over (order by qty), rank() over (order by price) from p order by cat;
select id, lag(price) over (partition by cat order by made), count(*) over (partition by cat) from p;
select cat, count(*), rank() over (order by count(*) desc) from p group by cat;
select cat, qty, sum(count(*)) over (partition by cat) from p group by cat, qty;
select not ok as k, count(*) from p group by k;
select ok, cat, count(*) from p where not ok group by ok, cat;
select qty, count(*) from p where price < 10 and qty > 1 group by qty;
select qty, count(*) from p where price > 1 and price < 10 group by qty;
select cat, min(id) from p where id < 20 group by cat;
select cat, min(id) from p where id in (1,2,3,4,5) group by cat;
select cat, min(id) from p where code = '001' group by cat;
select distinct qty from p where cat = 'tea';
select distinct qty from p where cat <> 'tea' order by qty desc;
select distinct cat from p order by cat;
select distinct qty, price from p order by price;
select distinct cat from p limit 2;
select cat, count(*) from p group by cat limit 2;
select id, cat, price from p where price is not null order by price desc limit 3;
select id, price from p order by price desc nulls last limit 12 offset 30;
select cat, avg(price)::numeric(6,2) as a from p group by cat order by a limit 2;
select cat, count(*) from p group by cat order by cat limit 3;
-- case the order of joins shop
select c.name, o.id from customers c join orders o on o.customer_id = c.id;
select c.name, o.id from orders o join customers c on o.customer_id = c.id;
select c.name, o.id from customers c left join orders o on o.customer_id = c.id;
select o.id, c.name from orders o left join customers c on o.customer_id = c.id;
select c.name, o.id from customers c right join orders o on o.customer_id = c.id;
select p.name, k.name from products p join categories k on k.id = p.category_id;
select p.name, k.name from products p left join categories k on k.id = p.category_id;
select c.name, o.id, i.quantity from customers c join orders o on o.customer_id = c.id join order_items i on i.order_id = o.id;
select c.name, p.name, i.quantity from customers c join orders o on o.customer_id = c.id join order_items i on i.order_id = o.id join products p on p.id = i.product_id;
select e.name, m.name from employees e join employees m on m.id = e.manager_id;
select e.name, m.name from employees e left join employees m on m.id = e.manager_id;
select c.name, count(*) from customers c join orders o on o.customer_id = c.id group by c.name;
select c.id, c.name, count(*) from customers c join orders o on o.customer_id = c.id group by c.id;
select c.name, count(o.id) from customers c left join orders o on o.customer_id = c.id group by c.id, c.name;
select * from customers c where not exists (select 1 from orders o where o.customer_id = c.id);
select * from customers where id not in (select customer_id from orders);
select c.name, o.id from customers c full join orders o on o.customer_id = c.id;
select e.student_id, c.name from enrollments e join customers c on c.id = e.student_id;
select c.name, o.id from orders o, customers c where o.customer_id = c.id;
select o.id, c.name, p.name from order_items i join orders o on o.id = i.order_id join customers c on c.id = o.customer_id join products p on p.id = i.product_id;
select c.city, count(*), array_agg(o.id) from customers c join orders o on o.customer_id = c.id group by c.city;
select c.name, o.id from customers c left join orders o on o.customer_id = c.id order by c.city;
select e.student_id, c.name, p.name from enrollments e join customers c on c.id = e.student_id join products p on p.id = e.course_id;
select i.id, o.status, p.name from order_items i left join orders o on o.id = i.order_id left join products p on p.id = i.product_id;
select k.name, p.name from categories k left join products p on p.category_id = k.id;
select k.name, count(p.id) from categories k left join products p on p.category_id = k.id group by k.name;
select k.name, p.name from categories k full join products p on p.category_id = k.id;
select distinct c.name from customers c join orders o on o.customer_id = c.id;
select c.name, sum(i.quantity * i.price) from customers c join orders o on o.customer_id = c.id join order_items i on i.order_id = o.id group by c.id order by 2 desc;
-- case the order of rows that a query chooses few
delete from t where (exists (select 1 from u where u.t_id = t.id) and a = 10);
update t set s = reverse(t.s), b = b + 1 where (a = 10 and exists (select 1 from u where u.t_id = t.id)) returning id, s;
select id from t where id in (select t_id from u);
select id from t where a = 10 and id in (select t_id from u where n > 3 or v is null);
select id from t where not exists (select 1 from u where u.t_id = t.id);
select id from u where t_id in (select id from t where a > 3);
create index i on t (s);
insert into e (t_id, price) select id, (id - 0) from t where id in (select t_id from u);
select * from e order by id;
select id from t where id in (select t_id from u);
select id from t where exists (select 1 from u where t_id = t.id and n > 0);
-- case columns of a query in FROM that nobody asks for few
select y, x + 1 from (select id, (a / 0) as x, upper(s) as y from t where s is null) as q where y is not null;
select y, x + 1 from (select id, (d / b) as x, to_char(day, 'YYYY/MM/DD') as y from t) as q where y is not null order by 1 desc, 2 desc limit 2;
with q as (select id, 7 / b as x from t) select id, x from q where id <> 3 order by 1;
with q as (select id, 7 / b as x from t) select q.id, q.x, r.id from q join q as r on r.id = q.id where q.id <> 3 order by 1;
select count(*) from (select 7 / b as x from t) as q;
select count(x) from (select 7 / b as x from t) as q;
select id, row_number() over (order by id) as r, x from (select id, 7 / b as x from t) as q where id <> 3 order by id;
create view w as select id, 7 / b as x from t;
select id from w order by 1;
select id, x from w where x is not null;
select id, x from (select id, 7 / b as x from t offset 0) as q where id <> 3;
-- case names of CASE and of what windows are called with few
select case when id = 1 then 2 else cast(0 as int) end, case when id = 1 then 2 else b end from t order by id;
select last_value() over (order by id) from t;
select lag(b, s) over (order by id) from t;
select lag(b, 'x') over (order by id) from t;
select row_number(1) over (order by id) from t;
select ntile() over (order by id) from t;
-- case syntax errors by the real grammar's tables few
create index i on t (s=;
create index i on t (s + 1);
update t set s = 'x' where day >= '2024-01-01' returning id, missing;
update t set missing = 'x' where day >= '2024-01-01' returning id, nothing;
update t set missing = 'x' where nothing = 1;
select y, x + 1 from ( (select id, b as x, s as y from t where not (s not like 'B%')) as q where x > 1 order by 1 desc;
select id from t where id not 3;
select id from t where id = any;
select id id2 id3 from t;
select id from t limit order by 1;
select sum(b) over order by id from t;
select id from t group 1;
insert into t (id values (1);
insert t values (1);
delete t where id = 1;
update t s = 1;
create table z (id int primary);
create table z (id int primary key, not null);
alter table t add z;
alter table t column z;
drop t;
select cast(1 int);
select * form t;
select extract(year day) from t;
select case id when 1 then 2 from t;
select array_agg(b order by b) from t group by id having;
select (1, 2;
select array_agg(b order by b) as x from t group by a order by 1;
-- case hints at parts of unions and places of types few
select s from t union select lower(s);
select s as x from t union select lower(x) from u;
select s as xab from t union select lower(xabc) from u;
select s as xab from t union select xab;
select s as xab from t union select v from u union select xab;
select s as xab from t union select v as xcd from u union select xcd;
select s as xab from t union (select v from u order by xab);
select s as xab from t union (select v as xcd from u union select xcd from e);
select s as xab from t union select v from u order by xabb;
select s as xab from t union select xab from u union select v from u;
select s from t union select t.s from u;
select id from t where id in (select s from t union select xid from u) ;
select s as note from t union select missing from e;
select 1 from t where exists (select s as zz from u union select zz from e);
select id from t limit 2 = 1;
select id from t limit (a > 1);
select id from t where a + 1;
select id from t where a + 1 and s;
-- case EXISTS of many rows
create table g as select n as id, n % 7 as k from generate_series(1, 3000) n;
create table h (id int, gid int);
insert into h select n, n * 2 from generate_series(1, 3000) n;
select count(*) from g where not exists (select 1 from h where h.gid = g.id);
select count(*), sum((select count(*) from h where gid = g.id and h.id > 10)) from g;
create index on g (k);
select k, count(*) from g group by k;
select distinct k from g where id > 10;
-- case where signs stand few
select where + 1;
select id from t where -a;
select id from t where - 5;
select case when + 1 then 2 end;
select id from t where not a;
