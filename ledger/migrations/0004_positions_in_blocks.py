"""Positions of all accounts and customers in blocks of columns; rows are kept of loans and borrowers alone.

What the old tables said is not taken over: the next night puts everybody where the history says.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


# Numbers in columns do not shrink by compression, and it takes longer than to write them. Blocks and partial sums are
# not in the log: after a crash of the server they are gone, and worked out of the history again. Rows that
# change in place every night leave room on their pages.
STORAGE = """
ALTER TABLE ledger_registerblock SET UNLOGGED;
ALTER TABLE ledger_registerblock ALTER customer SET STORAGE EXTERNAL, ALTER accounts SET STORAGE EXTERNAL;
ALTER TABLE ledger_positionblock SET UNLOGGED;
ALTER TABLE ledger_positionblock ALTER accounts SET STORAGE EXTERNAL, ALTER customers SET STORAGE EXTERNAL;
ALTER TABLE ledger_assignmentblock SET UNLOGGED;
ALTER TABLE ledger_assignmentblock ALTER assignments SET STORAGE EXTERNAL;
ALTER TABLE ledger_partialsum SET UNLOGGED;
ALTER TABLE ledger_loanposition SET (fillfactor = 75);
ALTER TABLE ledger_borrowerposition SET (fillfactor = 70);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_faster_look_ups'),
        ('managers', '0002_preservation_role'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssignmentBlock',
            fields=[
                ('first_slot', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('last_slot', models.PositiveSmallIntegerField()),
                ('known', models.PositiveBigIntegerField()),
                ('assignments', models.BinaryField()),
            ],
            options={
                'verbose_name': '归属块',
                'verbose_name_plural': '归属块',
            },
        ),
        migrations.CreateModel(
            name='BorrowerPosition',
            fields=[
                ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='managers.customer')),
                ('since', models.DateField(verbose_name='起')),
                ('deposit', models.BigIntegerField()),
                ('deposit_product', models.BigIntegerField()),
                ('overdraft', models.BigIntegerField()),
                ('overdraft_product', models.BigIntegerField()),
                ('deposit_month', models.BigIntegerField()),
                ('deposit_quarter', models.BigIntegerField()),
                ('deposit_year', models.BigIntegerField()),
            ],
            options={
                'verbose_name': '借款客户头寸',
                'verbose_name_plural': '借款客户头寸',
            },
        ),
        migrations.CreateModel(
            name='LoanPosition',
            fields=[
                ('account', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='position', serialize=False, to='ledger.account')),
                ('closed_on', models.DateField(verbose_name='销户日')),
                ('balance', models.BigIntegerField(verbose_name='余额')),
                ('value', models.BigIntegerField(verbose_name='折人民币（分）')),
            ],
            options={
                'verbose_name': '贷款头寸',
                'verbose_name_plural': '贷款头寸',
            },
        ),
        migrations.CreateModel(
            name='PartialSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.PositiveIntegerField()),
                ('share', models.PositiveIntegerField()),
                ('sums', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                'verbose_name': '部分合计',
                'verbose_name_plural': '部分合计',
            },
        ),
        migrations.CreateModel(
            name='PositionBlock',
            fields=[
                ('first_slot', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('last_slot', models.PositiveSmallIntegerField()),
                ('accounts', models.BinaryField()),
                ('customers', models.BinaryField()),
            ],
            options={
                'verbose_name': '头寸块',
                'verbose_name_plural': '头寸块',
            },
        ),
        migrations.CreateModel(
            name='RegisterBlock',
            fields=[
                ('first_slot', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('last_slot', models.PositiveSmallIntegerField()),
                ('registered', models.PositiveBigIntegerField()),
                ('last_account', models.PositiveBigIntegerField()),
                ('customer', models.BinaryField()),
                ('accounts', models.BinaryField()),
            ],
            options={
                'verbose_name': '账户名册块',
                'verbose_name_plural': '账户名册块',
            },
        ),
        migrations.AddIndex(
            model_name='accountversion',
            index=models.Index(fields=['superseded_by'], name='account_superseded'),
        ),
        migrations.AddIndex(
            model_name='borrowerposition',
            index=models.Index(condition=models.Q(('overdraft__gt', 0)), fields=['customer'], name='borrower_overdrawn'),
        ),
        migrations.AddField(
            model_name='loanposition',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='managers.customer'),
        ),
        migrations.AddField(
            model_name='partialsum',
            name='manager',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='managers.clientmanager'),
        ),
        migrations.AddField(
            model_name='partialsum',
            name='run',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ledger.run'),
        ),
        migrations.DeleteModel(
            name='AccountPosition',
        ),
        migrations.DeleteModel(
            name='CustomerPosition',
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
