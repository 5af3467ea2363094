//! Migrations in frameworks' own formats, run by the frameworks on a real PostgreSQL, there and back.

#![cfg(unix)]

use perflint_tests::command::{perflint, run};
use perflint_tests::files::{files, text};
use perflint_tests::postgres::{Database, postgres};
use perflint_tests::rows::Table;
use perflint_tests::tools::{python, succeeds, tools};
use perflint_tests::tree::Tree;
use perflint_tests::workspace;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// All indexes with their definitions.
const INDEXES: &str = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";

/// Indexes that were begun and not finished.
const INVALID: &str = "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid";

/// Writes the plan, and gives the files of the framework's migration.
fn planned(tree: &Tree, below: &str) -> Vec<PathBuf> {
    let run = run(perflint().args(["plan", "--quiet", "--output", "plan"]).current_dir(tree.path()));
    assert_eq!(run.code, Some(0), "{}", run.err());
    let found = files(&tree.join("plan/migrations").join(below), &[]);
    assert!(!found.is_empty(), "nothing below {below}");
    found
}

/// Runs a framework there and back, and looks what became of the indexes.
fn there_and_back(database: &Database, expected: &[&str], mut up: Command, mut down: Command) {
    let before = database.query(INDEXES);
    succeeds(&mut up);
    let names = database.query("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'");
    for name in expected {
        assert!(names.lines().any(|line| line == *name), "{name} is not among\n{names}");
    }
    assert_eq!(database.query(INVALID), "");
    succeeds(&mut down);
    assert_eq!(database.query(INDEXES), before, "the way back leads elsewhere");
}

const DJANGO_SETTINGS: &str = "\
import os
SECRET_KEY = 'x'
INSTALLED_APPS = ['shop']
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': os.environ['PGHOST'], 'NAME': os.environ['PGDATABASE'], 'USER': 'postgres'}}
";

const DJANGO_MODELS: &str = "\
from django.db import models
from django.http import JsonResponse
from django.urls import path


class Order(models.Model):
    number = models.CharField(max_length=40)
    placed = models.DateTimeField()
    code = models.CharField(max_length=9)

    class Meta:
        indexes = [models.Index(fields=['code'], name='one'), models.Index(fields=['code', 'placed'], name='two')]


class Ticket(models.Model):
    account = models.CharField(max_length=40)
    closed = models.DateTimeField(null=True)
    total = models.IntegerField()


class Task(models.Model):
    state = models.CharField(max_length=9)
    due = models.DateTimeField()


def find(request, number):
    return JsonResponse({'rows': list(Order.objects.filter(number=number).order_by('-placed')[:20])})


def tickets(request, account):
    return JsonResponse({'rows': list(Ticket.objects.filter(account=account, closed__isnull=True).values_list('id', 'total'))})


def totals(request, account):
    return JsonResponse({'rows': list(Ticket.objects.filter(account=account, closed__isnull=True).values_list('total'))})


def waiting(request):
    return JsonResponse({'rows': list(Task.objects.filter(state='waiting').order_by('due')[:20])})


urlpatterns = [
    path('find/<number>/', find), path('tickets/<account>/', tickets), path('totals/<account>/', totals), path('waiting/', waiting),
]
";

#[test]
fn django_runs_its_migration() {
    let tree = Tree::of(&[
        ("settings.py", DJANGO_SETTINGS),
        ("shop/__init__.py", ""),
        ("shop/models.py", DJANGO_MODELS),
    ]);
    let database = postgres().database("with_django");
    let django = |arguments: &[&str]| {
        let mut django = python("django-admin");
        django.args(arguments).args(["--settings", "settings", "--pythonpath", "."]).current_dir(tree.path());
        django
            .env("PGHOST", database.host())
            .env("PGDATABASE", database.name())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        django
    };
    let [migration] = &planned(&tree, "migrations")[..] else { panic!("one file") };
    let migration = text(migration);
    assert!(migration.contains("dependencies = []"), "{migration}");
    succeeds(&mut django(&["makemigrations", "shop"]));
    succeeds(&mut django(&["migrate", "shop"]));
    let after = migration.replace("dependencies = []", "dependencies = [('shop', '0001_initial')]");
    tree.write("shop/migrations/9999_indexes_from_plan.py", after);
    let sql = succeeds(&mut django(&["sqlmigrate", "shop", "9999"])).out();
    assert!(sql.contains("SET lock_timeout") && sql.contains("RESET lock_timeout"), "{sql}");
    let expected =
        ["idx_shop_order_number_placed", "idx_shop_ticket_account_closed", "idx_shop_task_due_state"];
    there_and_back(&database, &expected, django(&["migrate", "shop"]), django(&["migrate", "shop", "0001"]));
    succeeds(&mut django(&["migrate", "shop"]));
    let indexes = database.query(INDEXES);
    assert!(!indexes.contains("one|"), "the redundant index is gone");
    assert!(indexes.contains("(account) INCLUDE (id, total) WHERE (closed IS NULL)"), "{indexes}");
    assert!(indexes.contains("(due) WHERE ((state)::text = 'waiting'::text)"), "{indexes}");
}

const ALEMBIC: &str = "\
from alembic import op
import sqlalchemy as sa

revision = 'first'
down_revision = None


def upgrade():
    op.create_table('customers', sa.Column('id', sa.BigInteger, primary_key=True), sa.Column('name', sa.Text))
    op.create_table(
        'orders',
        sa.Column('id', sa.BigInteger, primary_key=True),
        sa.Column('customer_id', sa.BigInteger, sa.ForeignKey('customers.id'), nullable=False),
        sa.Column('number', sa.Text),
        sa.Column('shop_id', sa.BigInteger),
        sa.Column('closed', sa.DateTime, nullable=True),
    )
    op.create_index('by_number', 'orders', ['number'])
    op.create_index('by_number_and_customer', 'orders', ['number', 'customer_id'])


def downgrade():
    op.drop_table('orders')
    op.drop_table('customers')
";

/// What every query of the table says.
const ASKED: &str = "SELECT * FROM orders WHERE shop_id = %s AND closed IS NULL";

const ALEMBIC_ENV: &str = "\
import os
from alembic import context
from sqlalchemy import create_engine

engine = create_engine('postgresql+psycopg://', connect_args={'host': os.environ['PGHOST'], 'dbname': os.environ['PGDATABASE'], 'user': 'postgres'})
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
";

#[test]
fn alembic_runs_its_migration() {
    let tree = Tree::of(&[
        ("alembic.ini", "[alembic]\nscript_location = alembic\n"),
        ("alembic/env.py", ALEMBIC_ENV),
        ("alembic/versions/first.py", ALEMBIC),
        ("requirements.txt", "psycopg\n"),
        ("shop/of.py", &format!("def of(db, shop):\n    return db.execute('{ASKED}', (shop,))\n")),
        (
            "shop/all.py",
            &format!("def everything(db, shop):\n    return db.execute('{ASKED} FOR UPDATE', (shop,))\n"),
        ),
    ]);
    let database = postgres().database("with_alembic");
    let alembic = |arguments: &[&str]| {
        let mut alembic = python("alembic");
        alembic.args(arguments).current_dir(tree.path());
        alembic.env("PGHOST", database.host()).env("PGDATABASE", database.name());
        alembic
    };
    let [migration] = &planned(&tree, "versions")[..] else { panic!("one file") };
    succeeds(&mut alembic(&["upgrade", "head"]));
    let after = text(migration).replace("down_revision = None", "down_revision = 'first'");
    tree.write("alembic/versions/indexes.py", after);
    let expected = ["idx_orders_customer_id", "idx_orders_shop_id_closed"];
    there_and_back(&database, &expected, alembic(&["upgrade", "head"]), alembic(&["downgrade", "-1"]));
    succeeds(&mut alembic(&["upgrade", "head"]));
    let indexes = database.query(INDEXES);
    assert!(indexes.contains("(shop_id) WHERE (closed IS NULL)"), "{indexes}");
}

/// A program of a package of npm that the project has installed.
fn node(tree: &Tree, program: &str, database: &Database, arguments: &[&str]) -> Command {
    let modules = tree.join("node_modules");
    if !modules.exists() {
        std::os::unix::fs::symlink(tools().join("node_modules"), &modules).expect("a link");
    }
    let mut node = Command::new("node");
    node.arg(modules.join(program)).args(arguments).current_dir(tree.path());
    node.env("PGHOST", database.host()).env("PGDATABASE", database.name()).env("PGUSER", "postgres");
    node
}

const KNEX: &str = "\
exports.up = async (knex) => {
  await knex.schema.createTable('customers', (table) => {
    table.increments('id');
    table.string('email');
  });
  await knex.schema.createTable('orders', (table) => {
    table.increments('id');
    table.integer('customer_id').notNullable().references('id').inTable('customers');
    table.integer('shop_id').notNullable();
    table.string('state').notNullable();
  });
};

exports.down = async (knex) => {
  await knex.schema.dropTable('orders');
  await knex.schema.dropTable('customers');
};
";

const KNEX_APP: &str = "\
const express = require('express')
const knex = require('knex')({ client: 'pg' })
const app = express()
app.get('/open', async (req, res) => {
  res.json(await knex('orders').where({ shop_id: req.query.shop, state: 'open' }))
})
app.get('/first', async (req, res) => {
  res.json(await knex('orders').where('shop_id', req.query.shop).where('state', 'open').limit(10))
})
";

#[test]
fn knex_runs_its_migration() {
    let tree = Tree::of(&[
        ("package.json", "{\"dependencies\": {\"express\": \"4\", \"knex\": \"3\", \"pg\": \"8\"}}"),
        ("knexfile.js", "module.exports = { client: 'pg', connection: {} };\n"),
        ("migrations/20250101000000_first.js", KNEX),
        ("app.js", KNEX_APP),
    ]);
    let database = postgres().database("with_knex");
    let [migration] = &planned(&tree, "migrations")[..] else { panic!("one file") };
    let knex = |arguments: &[&str]| node(&tree, "knex/bin/cli.js", &database, arguments);
    succeeds(&mut knex(&["migrate:latest"]));
    tree.write("migrations/99990101000000_indexes_from_plan.js", text(migration));
    there_and_back(
        &database,
        &["idx_orders_customer_id", "idx_orders_shop_id_state"],
        knex(&["migrate:latest"]),
        knex(&["migrate:rollback"]),
    );
    succeeds(&mut knex(&["migrate:latest"]));
    let indexes = database.query(INDEXES);
    assert!(indexes.contains("(shop_id) WHERE ((state)::text = 'open'::text)"), "{indexes}");
}

const TYPEORM: &str = "\
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Customer {
  @PrimaryGeneratedColumn() id: number;
  @Column() name: string;
  @OneToMany(() => Purchase, (purchase) => purchase.customer) purchases: Purchase[];
}

@Entity()
export class Purchase {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Customer, (customer) => customer.purchases) customer: Customer;
}
";

const TYPEORM_SOURCE: &str = "\
const { DataSource } = require('typeorm');
module.exports = new DataSource({
  type: 'postgres', host: process.env.PGHOST, database: process.env.PGDATABASE, username: 'postgres', migrations: [__dirname + '/built/*.js'],
});
";

#[test]
fn typeorm_runs_its_migration() {
    let tree = Tree::of(&[
        ("package.json", "{\"dependencies\": {\"typeorm\": \"1\", \"pg\": \"8\"}}"),
        ("src/shop.entity.ts", TYPEORM),
        ("source.js", TYPEORM_SOURCE),
    ]);
    let database = postgres().database("with_typeorm");
    database.query(
        "CREATE TABLE customer (id serial PRIMARY KEY, name text);
         CREATE TABLE purchase (id serial PRIMARY KEY, \"customerId\" integer REFERENCES customer);",
    );
    let [migration] = &planned(&tree, "migrations")[..] else { panic!("one file") };
    let options =
        ["--outDir", "built", "--module", "commonjs", "--target", "es2022", "--strict", "--skipLibCheck"];
    let mut tsc = node(&tree, "typescript/bin/tsc", &database, &options);
    succeeds(tsc.arg(migration));
    // As the head of the file says: `all`, the default, is one transaction around all migrations.
    assert!(text(migration).contains("--transaction none"));
    let typeorm = |command: &str| {
        let arguments = [command, "-d", "source.js", "--transaction", "none"];
        node(&tree, "typeorm/cli.js", &database, &arguments)
    };
    // Its own table of migrations comes with the first run.
    succeeds(&mut typeorm("migration:run"));
    succeeds(&mut typeorm("migration:revert"));
    there_and_back(
        &database,
        &["idx_purchase_customerid"],
        typeorm("migration:run"),
        typeorm("migration:revert"),
    );
}

#[test]
fn a_file_of_prisma_is_one_query() {
    let tree = Tree::of(&[(
        "prisma/schema.prisma",
        "datasource db {\n  provider = \"postgresql\"\n  url = env(\"URL\")\n}\n\
         model Team {\n  id Int @id\n  members Member[]\n}\n\
         model Member {\n  id Int @id\n  teamId Int\n  team Team @relation(fields: [teamId], references: [id])\n  notes Note[]\n}\n\
         model Note {\n  id Int @id\n  memberId Int\n  member Member @relation(fields: [memberId], references: [id])\n}\n",
    )]);
    let database = postgres().database("as_prisma");
    database.query(
        "CREATE TABLE \"Member\" (id int, \"teamId\" int); CREATE TABLE \"Note\" (id int, \"memberId\" int);",
    );
    let files = planned(&tree, "prisma/migrations");
    assert_eq!(files.len(), 2);
    for file in files {
        let done = database.whole(&text(&file));
        assert_eq!(done.code, Some(0), "{}", done.err());
    }
    let names = database.query("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1");
    assert_eq!(names, "idx_member_teamid\nidx_note_memberid");
}

const RAILS: &str = "\
require 'active_record'
ActiveRecord::Base.establish_connection(
  adapter: 'postgresql', host: ENV['PGHOST'], database: ENV['PGDATABASE'], username: 'postgres'
)
migrations = ActiveRecord::MigrationContext.new('db/migrate', ActiveRecord::SchemaMigration)
ARGV[0] == 'up' ? migrations.migrate : migrations.rollback
";

/// One choice of rows in an order, and few columns that are asked for.
const RAILS_MORE: &str = "\
class WaitingController < ApplicationController
  def index
    @orders = Order.where(state: 'waiting').order(:created_at).limit(20)
    render json: @orders
  end

  def show
    render json: Order.where(number: params[:number]).pluck(:customer_id)
  end
end
";

#[test]
fn rails_runs_its_migration() {
    let tree = Tree::new();
    tree.copy(&workspace().join("fixtures/apps/rails_shop"), ".");
    tree.write("app/controllers/waiting_controller.rb", RAILS_MORE);
    let database = postgres().database("with_rails");
    let read = run(perflint().args(["schema", "--quiet", "--format", "json"]).current_dir(tree.path()));
    let schema: Value = serde_json::from_slice(&read.stdout).expect("json");
    for table in ["customers", "line_items", "orders"] {
        Table::of(&schema, table).create(&database, &Value::Null);
    }
    let [migration] = &planned(&tree, "db/migrate")[..] else { panic!("one file") };
    let name = migration.file_name().expect("a name").to_string_lossy();
    tree.write(&format!("db/migrate/{name}"), text(migration));
    let rails = |direction: &str| {
        let mut ruby = Command::new("ruby");
        ruby.args(["-e", RAILS, direction]).current_dir(tree.path());
        ruby.env("PGHOST", database.host()).env("PGDATABASE", database.name());
        ruby
    };
    // Its own table of migrations comes with the first run.
    succeeds(&mut rails("up"));
    succeeds(&mut rails("down"));
    let expected = [
        "idx_orders_customer_id_created_at",
        "idx_line_items_product_id",
        "idx_orders_number",
        "idx_orders_created_at_state",
    ];
    there_and_back(&database, &expected, rails("up"), rails("down"));
    succeeds(&mut rails("up"));
    let indexes = database.query(INDEXES);
    assert!(indexes.contains("(number) INCLUDE (customer_id)"), "{indexes}");
    assert!(indexes.contains("(created_at) WHERE (state = 'waiting'::text)"), "{indexes}");
}

const LARAVEL: &str = r#"<?php
foreach (['Container', 'Events', 'Filesystem', 'Support', 'Database'] as $part) {
    require "/usr/share/php/Illuminate/$part/autoload.php";
}
$app = new Illuminate\Container\Container();
Illuminate\Support\Facades\Facade::setFacadeApplication($app);
$capsule = new Illuminate\Database\Capsule\Manager($app);
$capsule->addConnection([
    'driver' => 'pgsql', 'host' => getenv('PGHOST'), 'database' => getenv('PGDATABASE'), 'username' => 'postgres',
]);
$databases = $capsule->getDatabaseManager();
$app->instance('db', $databases);
$app->bind('db.schema', fn () => $databases->connection()->getSchemaBuilder());
$known = new Illuminate\Database\Migrations\DatabaseMigrationRepository($databases, 'migrations');
$known->repositoryExists() || $known->createRepository();
$files = new Illuminate\Filesystem\Filesystem();
$events = new Illuminate\Events\Dispatcher($app);
$migrator = new Illuminate\Database\Migrations\Migrator($known, $databases, $files, $events);
$argv[1] === 'up' ? $migrator->run(['database/migrations']) : $migrator->rollback(['database/migrations']);
"#;

#[test]
fn laravel_runs_its_migration() {
    let tree = Tree::new();
    tree.copy(&workspace().join("fixtures/apps/php_laravel_shop"), ".");
    let database = postgres().database("with_laravel");
    let planned = planned(&tree, "database/migrations");
    let [migration] = &planned[..] else { panic!("one file") };
    let name = migration.file_name().expect("a name").to_string_lossy();
    tree.write("migrate.php", LARAVEL);
    let laravel = |direction: &str| {
        let mut php = Command::new("php");
        // The packaged framework is older than this PHP, which tells so of what it does.
        php.args(["-d", "error_reporting=E_ALL & ~E_DEPRECATED", "migrate.php", direction]);
        php.current_dir(tree.path()).env("PGHOST", database.host()).env("PGDATABASE", database.name());
        php
    };
    // Its own migrations first, as a batch of their own.
    succeeds(&mut laravel("up"));
    tree.write(&format!("database/migrations/{name}"), text(migration));
    let expected = ["idx_orders_created_at", "idx_orders_customer_id", "idx_items_order_id"];
    there_and_back(&database, &expected, laravel("up"), laravel("down"));
}
