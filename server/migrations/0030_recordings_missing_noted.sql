alter table recordings.head add column missing_noted_at timestamptz;
comment on column recordings.head.missing_noted_at is 'When what was still missing of the side some time after its call was written into the journal: once. What comes later is taken all the same.';
