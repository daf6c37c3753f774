-- prelude shop
create table customers (id int primary key, name varchar(40) not null, email varchar(60) unique, city varchar(30), credit decimal(10,2) default 0);
create table products (id int primary key, title varchar(50) not null, price decimal(8,2) not null check (price >= 0), stock int not null default 0, category varchar(20));
create table orders (id int primary key, customer_id int not null, placed date not null, status varchar(12) not null default 'new', foreign key (customer_id) references customers (id));
create table order_items (order_id int not null, product_id int not null, quantity int not null check (quantity > 0), price decimal(8,2) not null, primary key (order_id, product_id), foreign key (order_id) references orders (id) on delete cascade, foreign key (product_id) references products (id));
insert into customers (id, name, email, city, credit) values (1, 'Alice', 'alice@example.com', 'Berlin', 100.50), (2, 'Bob', 'bob@example.com', 'Paris', 0), (3, 'Carol', null, 'Berlin', 20), (4, 'Dave', 'dave@example.com', null, 5.25);
insert into products values (1, 'Keyboard', 49.90, 10, 'hardware'), (2, 'Mouse', 19.95, 0, 'hardware'), (3, 'Editor', 99.00, 100, 'software'), (4, 'Mug', 8.50, 25, 'gifts'), (5, 'Sticker', 0.99, 1000, 'gifts');
insert into orders values (1, 1, '2024-01-15', 'paid'), (2, 1, '2024-02-20', 'new'), (3, 2, '2024-02-21', 'shipped'), (4, 3, '2024-03-01', 'paid');
insert into order_items values (1, 1, 1, 49.90), (1, 4, 2, 8.50), (2, 3, 1, 99.00), (3, 2, 3, 19.95), (3, 5, 10, 0.99), (4, 4, 1, 8.00);
-- prelude staff
create table departments (id int primary key, name varchar(30) not null unique);
create table employees (id int primary key, name varchar(30) not null, department_id int, manager_id int, salary int not null, hired date, foreign key (department_id) references departments (id), foreign key (manager_id) references employees (id));
insert into departments values (1, 'Engineering'), (2, 'Sales'), (3, 'Support'), (4, 'Empty');
insert into employees values (1, 'Ann', 1, null, 9000, '2015-03-01');
insert into employees values (2, 'Ben', 1, 1, 7000, '2018-06-15'), (3, 'Cid', 1, 1, 7000, '2019-01-10'), (4, 'Dot', 2, 1, 5000, '2020-09-30');
insert into employees values (5, 'Eve', 2, 4, 4500, '2021-11-11'), (6, 'Fay', null, 4, 3000, '2022-02-22'), (7, 'Gus', 3, 1, 4000, null);
-- prelude
-- case literals
select 1, 'text', null, 1.50, -3, 2 + 3 * 4, (2 + 3) * 4;
-- case aliases
select 1 as one, 2 as "Two words", 3 three;
-- case arithmetic
select 7 - 10 as a, 6 * 7 as b, 10.5 - 0.25 as c, 3 * 1.5 as d, -(5) as e, + 4 as f;
-- case remainder
select 7 % 3 as a, -7 % 3 as b, 10 % 10 as c;
-- case comparisons of null
select null = null as a, null is null as b, 1 is not null as c, null <> 1 as d;
-- case case when
select case when 1 > 2 then 'more' when 1 = 1 then 'same' else 'less' end as r, case 3 when 1 then 'one' when 3 then 'three' end as s, case 9 when 1 then 'one' end as t;
-- case coalesce and nullif
select coalesce(null, null, 3) as a, coalesce(null, 'x') as b, nullif(1, 1) as c, nullif(2, 1) as d, nullif('a', 'b') as e;
-- case text functions
select upper('abc') as a, lower('ABC') as b, length('hello') as c, char_length('hello') as d, concat('a', 'b', 'c') as e, replace('banana', 'a', 'o') as f, substring('hello', 2, 3) as g, reverse('abc') as h, left('hello', 2) as i, right('hello', 3) as j;
-- case trim
select trim('  x  ') as a, ltrim('  x') as b, rtrim('x  ') as c, trim(both 'x' from 'xxaxx') as d, trim(leading '0' from '0007') as e;
-- case pads
select lpad('7', 3, '0') as a, rpad('ab', 5, '.') as b, repeat('ab', 3) as c, lpad('long', 2, 'x') as d;
-- case number functions
select abs(-5) as a, ceil(1.2) as b, floor(-1.2) as c, round(2.567, 2) as d, round(2.5) as e, mod(10, 3) as f, sign(-3.5) as g, round(-2.5) as h;
-- case greatest and least
select greatest(1, 5, 3) as a, least(4, 2, 8) as b, greatest('a', 'c', 'b') as c;
-- case dates
select date '2024-02-29' as a, date '2024-03-01' > date '2024-02-29' as b, extract(year from date '2024-05-06') as c, extract(month from date '2024-05-06') as d;
-- case select star shop
select * from products order by id;
-- case where and or shop
select id, title from products where (category = 'gifts' or price > 50) and stock > 20 order by id;
-- case order by two shop
select title, category, price from products order by category, price desc;
-- case limit offset shop
select id from products order by price desc limit 2 offset 1;
-- case distinct shop
select distinct city from customers order by city;
-- case like shop
select name from customers where email like '%@example.com' and name like '_o%' order by name;
-- case not like shop
select title from products where title not like '%e%' order by title;
-- case between shop
select title from products where price between 8.50 and 49.90 order by price;
-- case in list shop
select name from customers where id in (1, 3, 99) order by id;
-- case not in with null shop
select name from customers where city not in ('Berlin') order by id;
-- case is null shop
select name from customers where email is null or city is null order by name;
-- case count shop
select count(*) as all_rows, count(city) as with_city, count(distinct city) as cities from customers;
-- case sum avg min max shop
select sum(stock) as s, min(price) as lo, max(price) as hi from products;
-- case avg of ints staff
select round(avg(salary), 2) as average from employees;
-- case group by shop
select category, count(*) as n, sum(stock) as stock from products group by category order by category;
-- case group having shop
select category, count(*) as n from products group by category having count(*) > 1 order by n desc, category;
-- case group by expression shop
select stock > 20 as plenty, count(*) as n from products group by stock > 20 order by n;
-- case having without group shop
select count(*) as n from products having count(*) > 100;
-- case aggregate of nothing shop
select count(*) as n, sum(price) as s, max(title) as m from products where id > 100;
-- case inner join shop
select o.id, c.name, o.status from orders o join customers c on c.id = o.customer_id order by o.id;
-- case left join shop
select c.name, o.id as order_id from customers c left join orders o on o.customer_id = c.id order by c.id, o.id;
-- case right join shop
select c.name, o.id as order_id from orders o right join customers c on o.customer_id = c.id order by c.id, o.id;
-- case cross join staff
select d.name, e.name as who from departments d cross join employees e where e.id < 3 order by d.id, e.id;
-- case join using
create table a (id int primary key, x int); create table b (id int primary key, y int);
insert into a values (1, 10), (2, 20); insert into b values (2, 200), (3, 300);
select * from a join b using (id) order by id;
select id, x, y from a left join b using (id) order by id;
-- case natural join
create table a (id int primary key, x int); create table b (id int primary key, y int);
insert into a values (1, 10), (2, 20); insert into b values (2, 200), (3, 300);
select * from a natural join b order by id;
-- case three tables shop
select c.name, p.title, i.quantity * i.price as total from customers c join orders o on o.customer_id = c.id join order_items i on i.order_id = o.id join products p on p.id = i.product_id order by c.name, p.title;
-- case comma join shop
select c.name, o.id from customers c, orders o where c.id = o.customer_id and o.status = 'paid' order by o.id;
-- case self join staff
select e.name, m.name as manager from employees e left join employees m on m.id = e.manager_id order by e.id;
-- case aggregate over join shop
select c.name, count(o.id) as orders from customers c left join orders o on o.customer_id = c.id group by c.id, c.name order by orders desc, c.name;
-- case revenue shop
select o.id, sum(i.quantity * i.price) as total from orders o join order_items i on i.order_id = o.id group by o.id order by total desc;
-- case subquery in where shop
select title from products where price > (select avg(price) from products) order by title;
-- case in subquery shop
select name from customers where id in (select customer_id from orders where status = 'paid') order by name;
-- case not exists shop
select name from customers c where not exists (select 1 from orders o where o.customer_id = c.id) order by name;
-- case exists shop
select name from customers c where exists (select * from orders o where o.customer_id = c.id and o.placed > '2024-02-01') order by name;
-- case correlated scalar shop
select name, (select count(*) from orders o where o.customer_id = c.id) as n from customers c order by id;
-- case derived table shop
select t.category, t.n from (select category, count(*) as n from products group by category) t where t.n > 1 order by t.category;
-- case comparison with all shop
select title from products where price >= all (select price from products where category = 'gifts') order by title;
-- case any shop
select title from products where id = any (select product_id from order_items where quantity > 2) order by title;
-- case union shop
select city as place from customers where city is not null union select category from products order by place;
-- case union all
select 1 as n union all select 2 union all select 1 order by n;
-- case intersect
select 1 as n intersect select 1;
-- case except shop
select id from customers except select customer_id from orders order by id;
-- case with shop
with paid as (select * from orders where status = 'paid') select c.name, p.placed from paid p join customers c on c.id = p.customer_id order by p.placed;
-- case with twice shop
with totals as (select order_id, sum(quantity * price) as total from order_items group by order_id), big as (select order_id from totals where total > 60) select t.order_id, t.total from totals t join big b on b.order_id = t.order_id order by t.order_id;
-- case recursive numbers
with recursive n as (select 1 as i union all select i + 1 from n where i < 5) select i, i * i as square from n order by i;
-- case recursive tree staff
with recursive chain as (select id, manager_id, 0 as depth from employees where manager_id is null union all select e.id, e.manager_id, c.depth + 1 from employees e join chain c on e.manager_id = c.id) select id, depth from chain order by depth, id;
-- case row number staff
select name, salary, row_number() over (order by salary desc, name) as place from employees order by place;
-- case rank staff
select name, salary, rank() over (order by salary desc) as r, dense_rank() over (order by salary desc) as d from employees order by r, name;
-- case rank in parts staff
select department_id, name, rank() over (partition by department_id order by salary desc, name) as r from employees where department_id is not null order by department_id, r;
-- case running sum staff
select id, salary, sum(salary) over (order by id) as running from employees order by id;
-- case lag and lead staff
select id, lag(name) over (order by id) as before_it, lead(name) over (order by id) as after_it from employees order by id;
-- case share of the whole staff
select name, salary, sum(salary) over () as total from employees order by id;
-- case window frame staff
select id, salary, sum(salary) over (order by id rows between 1 preceding and 1 following) as near from employees order by id;
-- case first value staff
select id, first_value(name) over (partition by department_id order by salary desc, id) as best from employees where department_id < 3 order by id;
-- case ntile staff
select id, ntile(3) over (order by id) as bucket from employees order by id;
-- case update shop
update products set price = price * 2, stock = stock - 1 where category = 'gifts';
select id, price, stock from products order by id;
-- case update with case shop
update products set category = case when price > 40 then 'dear' else 'cheap' end;
select title, category from products order by id;
-- case update from subquery shop
update customers set credit = (select sum(i.quantity * i.price) from orders o join order_items i on i.order_id = o.id where o.customer_id = customers.id) where id in (1, 2);
select id, credit from customers order by id;
-- case delete shop
delete from order_items where quantity >= 3;
select count(*) as n from order_items;
-- case delete cascades shop
delete from orders where id = 1;
select count(*) as n from order_items where order_id = 1;
-- case insert select shop
create table archive (id int primary key, title varchar(50));
insert into archive select id, title from products where stock = 0;
select * from archive;
-- case insert defaults shop
insert into customers (id, name) values (10, 'Zed');
select * from customers where id = 10;
-- case duplicate key shop
insert into customers (id, name) values (1, 'Again');
-- case duplicate unique shop
insert into customers (id, name, email) values (20, 'Copy', 'bob@example.com');
-- case duplicate two columns shop
insert into order_items values (1, 1, 5, 1.00);
-- case not null shop
insert into products (id, title, price) values (9, null, 1.00);
-- case foreign key insert shop
insert into orders values (9, 99, '2024-01-01', 'new');
-- case foreign key delete shop
delete from customers where id = 1;
-- case foreign key update shop
update orders set customer_id = 77 where id = 1;
-- case check price shop
insert into order_items values (2, 1, 0, 1.00);
-- case too long shop
insert into products values (7, 'x', 1.00, 1, 'a category that is too long');
-- case unknown column shop
select nope from customers;
-- case unknown table
select * from nowhere;
-- case unknown column in where shop
select id from customers where nope = 1;
-- case ambiguous shop
select id from customers join orders on customers.id = orders.customer_id;
-- case insert unknown column shop
insert into customers (id, nome) values (1, 'x');
-- case insert too few shop
insert into customers (id, name) values (1);
-- case insert too many shop
insert into customers (id, name) values (1, 'x', 3);
-- case table exists shop
create table customers (id int);
-- case drop unknown
drop table nothing_here;
-- case drop referenced shop
drop table order_items;
drop table orders;
select count(*) as n from customers;
-- case misspelt select
selec 1;
-- case misspelt from shop
select * form customers;
-- case trailing comma
create table t (a int, b int,);
-- case missing parenthesis
create table t (a int;
-- case double comma
select 1,, 2;
-- case lone where shop
select * from customers where;
-- case reserved name
create table order (id int);
-- case two equals shop
select * from customers where id == 1;
-- case rollback shop
begin;
delete from order_items;
select count(*) as n from order_items;
rollback;
select count(*) as n from order_items;
-- case commit shop
begin;
insert into customers (id, name) values (30, 'Tx');
commit;
select name from customers where id = 30;
-- case savepoints shop
begin;
insert into customers (id, name) values (31, 'A');
savepoint s1;
insert into customers (id, name) values (32, 'B');
rollback to savepoint s1;
insert into customers (id, name) values (33, 'C');
release savepoint s1;
commit;
select id from customers where id > 30 order by id;
-- case view shop
create view big_orders as select o.id, c.name, sum(i.quantity * i.price) as total from orders o join customers c on c.id = o.customer_id join order_items i on i.order_id = o.id group by o.id, c.name;
select * from big_orders where total > 40 order by id;
drop view big_orders;
-- case index shop
create index idx_products_category on products (category);
create unique index idx_title on products (title);
select title from products where category = 'gifts' order by title;
-- case alter add shop
alter table customers add column phone varchar(20);
update customers set phone = '555' where id = 1;
select id, phone from customers order by id;
-- case alter add default shop
alter table customers add column active int not null default 1;
select id, active from customers order by id;
-- case alter drop shop
alter table customers drop column city;
select * from customers order by id;
-- case alter rename column shop
create table t (a int, b int);
insert into t values (1, 2);
alter table t rename column a to first;
select * from t;
-- case alter rename table
create table t (a int);
insert into t values (1);
alter table t rename to u;
select * from u;
-- case truncate
create table t (a int);
insert into t values (1), (2);
truncate table t;
select count(*) as n from t;
-- case drop if exists
drop table if exists never_was;
create table if not exists t (a int);
create table if not exists t (a int);
-- case self reference
create table nodes (id int primary key, parent int, foreign key (parent) references nodes (id) on delete cascade);
insert into nodes values (1, null), (2, 1), (3, 2), (4, 1);
delete from nodes where id = 2;
select * from nodes order by id;
-- case set null
create table a (id int primary key);
create table b (id int primary key, a_id int, foreign key (a_id) references a (id) on delete set null on update cascade);
insert into a values (1), (2);
insert into b values (10, 1), (20, 2), (30, null);
delete from a where id = 1;
update a set id = 5 where id = 2;
select * from b order by id;
-- case decimals
create table t (a decimal(5,2), b decimal(10,4));
insert into t values (1.005, 2), (123.456, 0.00005), (-0.5, 1);
select a, b, a + b as s, a * b as p from t order by a;
-- case out of range
create table t (a smallint);
insert into t values (40000);
-- case division of decimals
create table t (a decimal(10,2));
insert into t values (10.00), (20.00), (33.33);
select sum(a) as s, min(a) as lo, max(a) as hi from t;
-- case text with quotes
create table t (s varchar(30));
insert into t values ('it''s'), ('say "hi"'), ('');
select s, length(s) as n from t order by s;
-- case null in sums
create table t (g varchar(5), v int);
insert into t values ('a', 1), ('a', null), ('b', null), (null, 5);
select g, count(*) as n, count(v) as c, sum(v) as s from t group by g order by g;
-- case order by expression shop
select title from products order by length(title), title;
-- case order by number shop
select title, price from products order by 2 desc limit 2;
-- case bad order number shop
select title from products order by 5;
-- case nested functions
select upper(substring(concat('hello', ' ', 'world'), 1, 7)) as r;
-- case boolean logic
select 1 = 1 and 2 = 3 as a, 1 = 1 or 2 = 3 as b, not (1 = 1) as c;
-- case multi row insert and max
create table t (id int primary key, v int);
insert into t (v, id) values (5, 1), (7, 2), (1, 3);
select max(v) - min(v) as spread from t;
-- case unicode
create table t (s varchar(20));
insert into t values ('Zürich'), ('naïve'), ('日本');
select s, char_length(s) as n from t order by char_length(s), s;
-- case group by two shop
select category, stock > 20 as plenty, count(*) as n from products group by category, stock > 20 order by category, n, plenty;
-- case count distinct pairs shop
select count(distinct customer_id) as customers, count(distinct status) as kinds from orders;
-- case exists and case staff
select name, case when exists (select 1 from employees e where e.manager_id = m.id) then 'boss' else 'worker' end as role from employees m order by id;
-- case long library
create table authors (id int primary key, name varchar(50) not null, born int);
create table books (id int primary key, title varchar(80) not null, author_id int not null, published int, pages int check (pages > 0), foreign key (author_id) references authors (id));
create table readers (id int primary key, name varchar(40) not null, email varchar(60) unique);
create table loans (id int primary key, book_id int not null, reader_id int not null, taken date not null, returned date, foreign key (book_id) references books (id), foreign key (reader_id) references readers (id));
insert into authors values (1, 'Ursula Le Guin', 1929), (2, 'Stanislaw Lem', 1921), (3, 'Octavia Butler', 1947), (4, 'Nobody Known', null);
insert into books values (1, 'The Dispossessed', 1, 1974, 387), (2, 'The Left Hand of Darkness', 1, 1969, 304), (3, 'Solaris', 2, 1961, 204), (4, 'Kindred', 3, 1979, 264), (5, 'The Cyberiad', 2, 1965, 295);
insert into readers values (1, 'Pat', 'pat@x.org'), (2, 'Kim', 'kim@x.org'), (3, 'Lee', null);
insert into loans values (1, 1, 1, '2024-01-02', '2024-01-20'), (2, 3, 1, '2024-02-01', null), (3, 4, 2, '2024-02-03', '2024-02-10'), (4, 1, 2, '2024-02-15', null), (5, 5, 3, '2024-03-01', null);
select b.title, a.name from books b join authors a on a.id = b.author_id order by b.published;
select a.name, count(b.id) as books, sum(b.pages) as pages from authors a left join books b on b.author_id = a.id group by a.id, a.name order by books desc, a.name;
select r.name, b.title from loans l join readers r on r.id = l.reader_id join books b on b.id = l.book_id where l.returned is null order by r.name, b.title;
select title from books where id not in (select book_id from loans) order by title;
select b.title, count(l.id) as times from books b left join loans l on l.book_id = b.id group by b.id, b.title having count(l.id) >= 1 order by times desc, b.title;
update loans set returned = '2024-03-05' where id = 2;
select count(*) as still_out from loans where returned is null;
select r.name, max(l.taken) as last_loan from readers r left join loans l on l.reader_id = r.id group by r.id, r.name order by r.name;
begin;
insert into readers values (4, 'Max', 'max@x.org');
insert into loans values (6, 2, 4, '2024-03-10', null);
select count(*) as n from loans;
rollback;
select count(*) as n from loans;
select name from readers order by id;
create view out_now as select b.title, r.name as reader, l.taken from loans l join books b on b.id = l.book_id join readers r on r.id = l.reader_id where l.returned is null;
select * from out_now order by taken;
update loans set returned = '2024-03-11' where id = 4;
select * from out_now order by taken;
with per_author as (select a.id, a.name, sum(b.pages) as pages from authors a join books b on b.author_id = a.id group by a.id, a.name) select name, pages, rank() over (order by pages desc) as place from per_author order by place;
select b.title, case when b.pages < 250 then 'short' when b.pages < 300 then 'medium' else 'long' end as size from books b order by b.pages;
delete from loans where returned is not null;
select id, book_id from loans order by id;
select upper(name) as name, char_length(name) as n from authors where born is not null order by born;
delete from authors where id = 4;
select count(*) as n from authors;
delete from authors where id = 1;
-- case long bank
create table accounts (id int primary key, owner varchar(30) not null, balance decimal(12,2) not null default 0, check (balance >= 0));
create table transfers (id int primary key, source int not null, target int not null, amount decimal(12,2) not null, noted varchar(40), foreign key (source) references accounts (id), foreign key (target) references accounts (id));
insert into accounts values (1, 'ann', 500.00), (2, 'bob', 120.50), (3, 'cat', 0), (4, 'dan', 75.25);
begin;
update accounts set balance = balance - 100 where id = 1;
update accounts set balance = balance + 100 where id = 2;
insert into transfers values (1, 1, 2, 100, 'rent');
commit;
select * from accounts order by id;
begin;
update accounts set balance = balance - 50 where id = 2;
savepoint half;
update accounts set balance = balance + 50 where id = 3;
insert into transfers values (2, 2, 3, 50, 'mistake');
rollback to savepoint half;
update accounts set balance = balance + 50 where id = 4;
insert into transfers values (3, 2, 4, 50, 'right');
commit;
select * from accounts order by id;
select * from transfers order by id;
select sum(balance) as total from accounts;
select a.owner, coalesce(sum(t.amount), 0) as sent from accounts a left join transfers t on t.source = a.id group by a.id, a.owner order by a.owner;
select a.owner, (select coalesce(sum(amount), 0) from transfers where target = a.id) - (select coalesce(sum(amount), 0) from transfers where source = a.id) as net from accounts a order by a.id;
insert into transfers values (4, 1, 3, 25.50, null), (5, 1, 4, 10, null), (6, 4, 1, 5, null);
select source, count(*) as n, min(amount) as lo, max(amount) as hi from transfers group by source order by source;
select id, amount, sum(amount) over (order by id) as running from transfers order by id;
select source, id, amount, row_number() over (partition by source order by amount desc, id) as place from transfers order by source, place;
select noted, coalesce(noted, '-') as shown from transfers order by id;
select owner from accounts where balance > (select avg(balance) from accounts) order by owner;
select case when balance = 0 then 'empty' when balance < 100 then 'low' else 'fine' end as state, count(*) as n from accounts group by case when balance = 0 then 'empty' when balance < 100 then 'low' else 'fine' end order by n, state;
alter table accounts add column opened date default '2020-01-01';
select id, opened from accounts order by id;
update accounts set opened = '2021-05-05' where owner in ('bob', 'dan');
select opened, count(*) as n from accounts group by opened order by opened;
create table closed (id int primary key, owner varchar(30));
insert into closed select id, owner from accounts where balance < 60;
select * from closed order by id;
delete from closed where owner = 'nobody';
select count(*) as n from closed;
update accounts set balance = balance - 10000 where id = 1;
-- case long school
create table students (id int primary key, name varchar(30) not null, year int not null);
create table courses (id int primary key, title varchar(40) not null unique, credits int not null default 5 check (credits between 1 and 12));
create table grades (student_id int not null, course_id int not null, points int check (points >= 0 and points <= 100), primary key (student_id, course_id), foreign key (student_id) references students (id) on delete cascade, foreign key (course_id) references courses (id) on delete cascade);
insert into students values (1, 'Ada', 1), (2, 'Bo', 1), (3, 'Cy', 2), (4, 'Di', 2), (5, 'Ed', 3);
insert into courses (id, title) values (1, 'Algebra'), (2, 'Biology');
insert into courses values (3, 'Chemistry', 8), (4, 'Drawing', 2);
insert into grades values (1, 1, 90), (1, 2, 75), (2, 1, 60), (2, 3, 88), (3, 2, 100), (3, 3, 42), (4, 1, 71), (4, 4, 95);
select s.name, c.title, g.points from grades g join students s on s.id = g.student_id join courses c on c.id = g.course_id order by s.name, c.title;
select s.name, count(g.course_id) as courses, coalesce(sum(c.credits), 0) as credits from students s left join grades g on g.student_id = s.id left join courses c on c.id = g.course_id group by s.id, s.name order by s.id;
select c.title, min(g.points) as lo, max(g.points) as hi, count(*) as n from courses c join grades g on g.course_id = c.id group by c.id, c.title order by c.title;
select name from students where id not in (select student_id from grades) order by name;
select s.name from students s where exists (select 1 from grades g where g.student_id = s.id and g.points >= 90) order by s.name;
select c.title, s.name, g.points, rank() over (partition by c.id order by g.points desc) as place from grades g join students s on s.id = g.student_id join courses c on c.id = g.course_id order by c.title, place, s.name;
select s.year, sum(g.points) as points from students s join grades g on g.student_id = s.id group by s.year having sum(g.points) > 100 order by s.year;
update grades set points = points + 5 where points < 50;
select student_id, points from grades where points < 50 order by student_id;
select case when points >= 90 then 'A' when points >= 75 then 'B' when points >= 60 then 'C' else 'D' end as grade, count(*) as n from grades group by case when points >= 90 then 'A' when points >= 75 then 'B' when points >= 60 then 'C' else 'D' end order by grade;
select name from students where year = 1 union select title from courses where credits < 5 order by name;
delete from students where id = 1;
select count(*) as n from grades;
delete from courses where title = 'Drawing';
select s.name, count(g.points) as n from students s left join grades g on g.student_id = s.id group by s.id, s.name order by s.name;
insert into grades values (5, 1, 55), (5, 2, 66), (5, 3, 77);
with best as (select student_id, max(points) as points from grades group by student_id) select s.name, b.points from best b join students s on s.id = b.student_id order by b.points desc, s.name;
select g1.student_id as a, g2.student_id as b, g1.course_id from grades g1 join grades g2 on g1.course_id = g2.course_id and g1.student_id < g2.student_id order by a, b, g1.course_id;
alter table students add column email varchar(50);
update students set email = concat(lower(name), '@school.org');
select name, email from students order by id;
create view ranking as select student_id, sum(points) as total from grades group by student_id;
select s.name, r.total from ranking r join students s on s.id = r.student_id order by r.total desc;
insert into grades values (5, 1, 12);
-- case long blog
create table users (id int primary key, login varchar(20) not null unique, joined date not null);
create table posts (id int primary key, user_id int not null, title varchar(60) not null, body text, created date not null, foreign key (user_id) references users (id));
create table comments (id int primary key, post_id int not null, user_id int not null, body varchar(200) not null, foreign key (post_id) references posts (id) on delete cascade, foreign key (user_id) references users (id));
create table tags (post_id int not null, tag varchar(20) not null, primary key (post_id, tag), foreign key (post_id) references posts (id) on delete cascade);
insert into users values (1, 'root', '2020-01-01'), (2, 'mia', '2021-06-15'), (3, 'tom', '2022-02-28');
insert into posts values (1, 1, 'Hello', 'First!', '2022-01-01'), (2, 2, 'Docker tips', 'Use volumes.', '2022-03-05'), (3, 2, 'More tips', 'Name your containers.', '2022-03-09'), (4, 3, 'Draft', null, '2022-04-01');
insert into comments values (1, 1, 2, 'Welcome'), (2, 1, 3, 'Hi there'), (3, 2, 1, 'Nice'), (4, 3, 3, 'Thanks'), (5, 3, 1, 'Agreed');
insert into tags values (1, 'intro'), (2, 'docker'), (2, 'tips'), (3, 'tips'), (3, 'docker'), (3, 'names');
select p.title, u.login, count(c.id) as comments from posts p join users u on u.id = p.user_id left join comments c on c.post_id = p.id group by p.id, p.title, u.login order by comments desc, p.title;
select tag, count(*) as n from tags group by tag order by n desc, tag;
select p.title from posts p join tags t on t.post_id = p.id where t.tag in ('docker', 'tips') group by p.id, p.title having count(*) = 2 order by p.title;
select login, coalesce((select max(created) from posts where user_id = users.id), joined) as active from users order by login;
select title, coalesce(body, '(empty)') as body from posts order by id;
select title, length(coalesce(body, '')) as n from posts order by n desc, title limit 2;
update posts set body = concat(title, ': to be written') where body is null;
select body from posts where id = 4;
delete from posts where id = 1;
select count(*) as comments from comments;
select count(*) as tags from tags;
select u.login, p.title, c.body from comments c join posts p on p.id = c.post_id join users u on u.id = c.user_id order by c.id;
select login from users u where not exists (select 1 from comments c where c.user_id = u.id) order by login;
insert into tags values (4, 'draft');
select p.title, t.tag from posts p left join tags t on t.post_id = p.id order by p.id, t.tag;
select replace(title, 'tips', 'hints') as title from posts where title like '%tips%' order by id;
begin;
update users set login = 'admin' where id = 1;
select login from users order by id;
rollback;
select login from users order by id;
create index idx_posts_user on posts (user_id);
select user_id, min(created) as first_post, max(created) as last_post, count(*) as n from posts group by user_id order by user_id;
select p.id, p.created, lag(p.created) over (order by p.created) as before_it from posts p order by p.id;
alter table comments add column likes int not null default 0;
update comments set likes = likes + 3 where user_id = 1;
select user_id, sum(likes) as likes from comments group by user_id order by user_id;
insert into users values (4, 'mia', '2024-01-01');
-- case long inventory
create table warehouses (id int primary key, city varchar(20) not null);
create table parts (id int primary key, code varchar(10) not null unique, weight decimal(6,3) not null, check (weight > 0));
create table stock (warehouse_id int not null, part_id int not null, quantity int not null default 0, primary key (warehouse_id, part_id), foreign key (warehouse_id) references warehouses (id), foreign key (part_id) references parts (id));
create table moves (id int primary key, part_id int not null, source int, target int, quantity int not null, check (quantity > 0));
insert into warehouses values (1, 'Oslo'), (2, 'Rome'), (3, 'Lima');
insert into parts values (1, 'BOLT', 0.025), (2, 'NUT', 0.01), (3, 'FRAME', 12.5), (4, 'WHEEL', 3.75);
insert into stock values (1, 1, 1000), (1, 2, 900), (1, 3, 4), (2, 1, 50), (2, 4, 16), (3, 3, 1);
select w.city, p.code, s.quantity, s.quantity * p.weight as weight from stock s join warehouses w on w.id = s.warehouse_id join parts p on p.id = s.part_id order by w.city, p.code;
select w.city, sum(s.quantity * p.weight) as weight from warehouses w join stock s on s.warehouse_id = w.id join parts p on p.id = s.part_id group by w.id, w.city order by weight desc;
select p.code, coalesce(sum(s.quantity), 0) as total from parts p left join stock s on s.part_id = p.id group by p.id, p.code order by p.code;
begin;
update stock set quantity = quantity - 100 where warehouse_id = 1 and part_id = 1;
update stock set quantity = quantity + 100 where warehouse_id = 2 and part_id = 1;
insert into moves values (1, 1, 1, 2, 100);
commit;
select * from stock where part_id = 1 order by warehouse_id;
insert into stock values (3, 1, 0), (3, 2, 0), (3, 4, 0);
select part_id, count(*) as places, min(quantity) as lo, max(quantity) as hi from stock group by part_id order by part_id;
select w.city, p.code from warehouses w cross join parts p where not exists (select 1 from stock s where s.warehouse_id = w.id and s.part_id = p.id) order by w.city, p.code;
delete from stock where quantity = 0;
select count(*) as n from stock;
insert into moves values (2, 3, 1, 3, 2), (3, 4, 2, 1, 8), (4, 2, 1, null, 50);
select coalesce(target, 0) as target, sum(quantity) as n from moves group by coalesce(target, 0) order by target;
select id, quantity, sum(quantity) over (order by id rows between unbounded preceding and current row) as so_far from moves order by id;
update parts set weight = round(weight * 1.1, 3);
select code, weight from parts order by id;
select code from parts where weight = (select max(weight) from parts);
select upper(left(city, 3)) as short, lower(city) as city from warehouses order by id;
select id, case when source is null then 'in' when target is null then 'out' else 'move' end as kind from moves order by id;
update stock set quantity = 0 where warehouse_id = (select id from warehouses where city = 'Lima');
select w.city, sum(s.quantity) as n from warehouses w join stock s on s.warehouse_id = w.id group by w.city order by w.city;
insert into moves values (5, 1, 1, 2, -5);
-- case long hotel
create table rooms (id int primary key, kind varchar(10) not null, rate decimal(7,2) not null);
create table guests (id int primary key, name varchar(30) not null, country varchar(2));
create table stays (id int primary key, room_id int not null, guest_id int not null, arrives date not null, leaves date not null, check (leaves > arrives), foreign key (room_id) references rooms (id), foreign key (guest_id) references guests (id));
insert into rooms values (101, 'single', 60), (102, 'single', 65.5), (201, 'double', 95), (202, 'double', 99.99), (301, 'suite', 210);
insert into guests values (1, 'Ito', 'JP'), (2, 'Silva', 'BR'), (3, 'Novak', 'CZ'), (4, 'Smith', null);
insert into stays values (1, 101, 1, '2024-05-01', '2024-05-04'), (2, 201, 2, '2024-05-02', '2024-05-09'), (3, 301, 3, '2024-05-03', '2024-05-05'), (4, 101, 4, '2024-05-04', '2024-05-06'), (5, 202, 1, '2024-06-01', '2024-06-02');
select g.name, r.kind, s.arrives, s.leaves from stays s join guests g on g.id = s.guest_id join rooms r on r.id = s.room_id order by s.arrives, g.name;
select r.id from rooms r where not exists (select 1 from stays s where s.room_id = r.id and s.arrives <= '2024-05-04' and s.leaves > '2024-05-04') order by r.id;
select kind, count(*) as rooms, min(rate) as lo, max(rate) as hi from rooms group by kind order by lo;
select g.country, count(*) as stays from guests g join stays s on s.guest_id = g.id group by g.country order by g.country;
select g.name, count(s.id) as stays from guests g left join stays s on s.guest_id = g.id group by g.id, g.name having count(s.id) > 1 order by g.name;
select extract(month from arrives) as month, count(*) as n from stays group by extract(month from arrives) order by month;
select s.id, lead(s.arrives) over (partition by s.room_id order by s.arrives) as next_in from stays s order by s.id;
update rooms set rate = rate + 10 where kind = 'single';
select id, rate from rooms where kind = 'single' order by id;
update stays set leaves = '2024-05-10' where id = 3;
select max(leaves) as latest from stays where arrives < '2024-06-01';
select name from guests where country in ('JP', 'CZ') or country is null order by name;
insert into guests values (5, 'Khan', 'PK');
insert into stays values (6, 102, 5, '2024-05-20', '2024-05-25');
with busy as (select room_id, count(*) as n from stays group by room_id) select r.id, r.kind, coalesce(b.n, 0) as n from rooms r left join busy b on b.room_id = r.id order by n desc, r.id;
delete from stays where leaves < '2024-05-05';
select id from stays order by id;
select kind, rate, dense_rank() over (order by rate desc) as place from rooms order by place, kind;
create view double_rooms as select id, rate from rooms where kind = 'double';
select count(*) as n, sum(rate) as total from double_rooms;
select concat(g.name, ' (', coalesce(g.country, '?'), ')') as guest from guests g order by g.id;
delete from guests where id = 4;
-- case long tasks
create table projects (id int primary key, name varchar(30) not null unique);
create table tasks (id int primary key, project_id int not null, title varchar(60) not null, state varchar(10) not null default 'open', priority int not null default 3, parent_id int, foreign key (project_id) references projects (id) on delete cascade, foreign key (parent_id) references tasks (id) on delete set null, check (state in ('open', 'doing', 'done')), check (priority between 1 and 5));
insert into projects values (1, 'Website'), (2, 'Mobile'), (3, 'Idle');
insert into tasks (id, project_id, title) values (1, 1, 'Plan');
insert into tasks values (2, 1, 'Design', 'done', 2, 1), (3, 1, 'Build', 'doing', 1, 1), (4, 1, 'Test', 'open', 4, 3), (5, 2, 'Plan', 'done', 3, null), (6, 2, 'Build', 'open', 1, 5);
select p.name, count(t.id) as tasks, sum(case when t.state = 'done' then 1 else 0 end) as done from projects p left join tasks t on t.project_id = p.id group by p.id, p.name order by p.name;
select state, count(*) as n from tasks group by state order by state;
select title, priority from tasks where state <> 'done' order by priority, title;
with recursive tree as (select id, title, parent_id, 1 as level from tasks where parent_id is null union all select t.id, t.title, t.parent_id, tree.level + 1 from tasks t join tree on t.parent_id = tree.id) select id, title, level from tree order by level, id;
update tasks set state = 'done' where id = 3;
select p.name from projects p where not exists (select 1 from tasks t where t.project_id = p.id and t.state <> 'done') order by p.name;
delete from tasks where id = 3;
select id, parent_id from tasks order by id;
select t.title, p.title as parent from tasks t left join tasks p on p.id = t.parent_id order by t.id;
select project_id, title, row_number() over (partition by project_id order by priority, id) as place from tasks order by project_id, place;
delete from projects where id = 2;
select count(*) as n from tasks;
insert into tasks values (7, 1, 'Ship', 'open', 5, 4), (8, 1, 'Celebrate', 'open', 5, 7);
select count(*) as urgent from tasks where priority <= 2;
select priority, count(*) as n, min(id) as first_id from tasks group by priority having count(*) > 0 order by priority desc;
select upper(state) as state, char_length(title) as n from tasks order by n desc, title;
begin;
update tasks set priority = 1;
select sum(priority) as s from tasks;
rollback;
select sum(priority) as s from tasks;
alter table tasks add column due date;
update tasks set due = '2024-12-24' where title = 'Celebrate';
select title, coalesce(due, '2024-01-01') as due from tasks order by id;
select title from tasks order by case when due is null then 1 else 0 end, title;
insert into tasks (id, project_id, title, state) values (9, 1, 'Bad', 'lost');
-- case long weather
create table stations (id int primary key, name varchar(20) not null, altitude int);
create table readings (station_id int not null, day date not null, low decimal(4,1), high decimal(4,1), rain decimal(5,2) not null default 0, primary key (station_id, day), foreign key (station_id) references stations (id));
insert into stations values (1, 'Harbour', 3), (2, 'Hill', 412), (3, 'Summit', 1890);
insert into readings values (1, '2024-01-01', 2.5, 7.0, 0), (1, '2024-01-02', 1.0, 6.5, 3.2), (1, '2024-01-03', -0.5, 4.0, 12.75), (2, '2024-01-01', -1.0, 3.5, 0.4), (2, '2024-01-02', -2.5, 2.0, 5), (3, '2024-01-01', -9.0, -4.5, 0), (3, '2024-01-02', null, null, 20.5);
select s.name, r.day, r.high - r.low as spread from stations s join readings r on r.station_id = s.id order by s.name, r.day;
select s.name, min(r.low) as lowest, max(r.high) as highest, sum(r.rain) as rain, count(r.low) as n from stations s join readings r on r.station_id = s.id group by s.id, s.name order by s.id;
select day, max(rain) as wettest from readings group by day order by day;
select r.station_id, r.day, r.rain from readings r where r.rain = (select max(rain) from readings x where x.station_id = r.station_id) order by r.station_id;
select day, low, lag(low) over (partition by station_id order by day) as before_it from readings order by station_id, day;
select station_id, day, sum(rain) over (partition by station_id order by day) as total from readings order by station_id, day;
select case when high < 0 then 'ice' when high < 5 then 'cold' when high is null then 'unknown' else 'mild' end as kind, count(*) as n from readings group by case when high < 0 then 'ice' when high < 5 then 'cold' when high is null then 'unknown' else 'mild' end order by kind;
update readings set low = -11.0, high = -6.0 where low is null;
select count(*) as n from readings where high is null;
select name, altitude from stations where altitude > (select min(altitude) from stations) order by altitude desc;
select s.name, count(*) as wet_days from stations s join readings r on r.station_id = s.id and r.rain > 1 group by s.name order by wet_days desc, s.name;
select round(sum(rain), 1) as r1, floor(sum(rain)) as r2, ceil(sum(rain)) as r3 from readings;
select abs(low) as a, sign(low) as s from readings where station_id = 2 order by day;
insert into readings (station_id, day) values (2, '2024-01-03');
select * from readings where station_id = 2 order by day;
delete from readings where high is null;
select station_id, count(*) as n from readings group by station_id order by station_id;
select s.name, (select count(*) from readings r where r.station_id = s.id and r.low < 0) as frost from stations s order by s.id;
select day, count(*) as stations from readings group by day having count(*) = 3 order by day;
select distinct extract(day from day) as d from readings order by d;
create table summary (station varchar(20), total decimal(8,2));
insert into summary select s.name, sum(r.rain) from stations s join readings r on r.station_id = s.id group by s.name;
select * from summary order by total desc;
insert into readings values (1, '2024-01-01', 0, 0, 0);
-- case not binds more than and shop
select id from products where not (price > 40) and id > 2 order by id;
select id from products where not stock = 0 and not category = 'gifts' order by id;
