create table a (id int primary key auto_increment, name varchar(20) not null default 'x', price decimal(8,2) default 1.5, note text, at datetime default current_timestamp, ts timestamp null, flag tinyint(1) not null default 0, big bigint unsigned, e enum('p','q') default 'p', d date, f double, unique key n (name), key pr (price, flag));
insert into a (name, price, at) values ('x', 1.5, '2024-01-02 03:04:05'), ('it''s "y" \\ \n z', null, '2024-01-02 03:04:05');
create table b (id int, a_id int, key (a_id), constraint fk foreign key (a_id) references a (id) on delete cascade);
create table `empty` (x int comment 'c') comment 'it is';
