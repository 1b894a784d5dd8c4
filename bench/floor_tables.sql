DROP TABLE IF EXISTS bench_quota, bench_line, bench_payment, bench_job, bench_order;
CREATE TABLE bench_quota (id bigint PRIMARY KEY, size int, held int, sold int, CHECK (held + sold <= size));
CREATE TABLE bench_order (id bigserial PRIMARY KEY, reference text UNIQUE, buyer bigint, amount int, placed_at timestamptz);
CREATE TABLE bench_line (id bigserial PRIMARY KEY, order_id bigint REFERENCES bench_order DEFERRABLE INITIALLY DEFERRED, product bigint, amount int, vat_amount int);
CREATE TABLE bench_payment (id bigserial PRIMARY KEY, about text UNIQUE, amount int, state text, created_at timestamptz);
CREATE TABLE bench_job (id bigserial PRIMARY KEY, task text, args jsonb);
INSERT INTO bench_quota VALUES (1, 1000000000, 0, 0);
