\set buyer random(1, 1000000)
BEGIN;
UPDATE bench_quota SET held = held + 1 WHERE id = 1 AND held + sold + 1 <= size;
INSERT INTO bench_order (reference, buyer, amount, placed_at) VALUES (md5(random()::text), :buyer, 40000, now());
INSERT INTO bench_line (order_reference, product, amount, vat_amount) VALUES (:buyer::text, 7, 40000, 0);
INSERT INTO bench_payment (about, amount, state, created_at) VALUES (:buyer::text, 40000, 'expected', now());
INSERT INTO bench_job (task, args) VALUES ('mail_waiting', jsonb_build_object('mail', 1));
COMMIT;
