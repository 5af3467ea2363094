//! `perflint schema`: tables, columns and indexes from every kind of source, and the indexes that are proposed.

#![expect(clippy::panic, reason = "helpers of tests panic like tests")]

use perflint_tests::command::{Run, perflint, run};
use perflint_tests::tree::Tree;
use serde_json::Value;

fn schema(tree: &Tree, options: &[&str]) -> Run {
    run(perflint().arg("schema").args(options).arg(tree.path()))
}

fn json(run: &Run) -> Value {
    serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.out(), run.err()))
}

/// The tables of some files, each as `name(columns) keys: ..`, by name.
fn tables(files: &[(&str, &str)]) -> Vec<String> {
    let run = schema(&Tree::of(files), &["--format", "json", "--no-config"]);
    assert_eq!(run.code, Some(0), "{}", run.err());
    let schema = json(&run);
    schema["tables"]
        .as_object()
        .unwrap_or_else(|| panic!("no tables: {schema}"))
        .values()
        .map(shown)
        .collect()
}

fn list(value: &Value, name: impl Fn(&Value) -> String) -> String {
    value.as_array().map(|items| items.iter().map(name).collect::<Vec<_>>().join(",")).unwrap_or_default()
}

fn shown(table: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let columns = list(&table["columns"], |c| {
        format!("{}{}", text(&c["name"]), if c["nullable"] == true { "?" } else { "" })
    });
    let key = list(&table["primary_key"], text);
    let mut out = format!("{}({columns}) key({key})", text(&table["name"]));
    for index in table["indexes"].as_array().into_iter().flatten() {
        let parts = list(&index["columns"], |c| {
            format!("{}{}", text(&c["name"]), if c["descending"] == true { " desc" } else { "" })
        });
        let word = if index["unique"] == true { "unique" } else { "index" };
        let condition = index["condition"].as_str().map(|c| format!(" where {c}")).unwrap_or_default();
        out.push_str(&format!(" {word}({parts}){condition}"));
    }
    for key in table["foreign_keys"].as_array().into_iter().flatten() {
        out.push_str(&format!(" {}->{}", list(&key["columns"], text), text(&key["table"])));
    }
    out
}

#[test]
fn definitions_in_sql_of_several_databases() {
    let found = tables(&[(
        "db/init.sql",
        "CREATE TABLE public.\"users\" (id bigserial PRIMARY KEY, email varchar(255) NOT NULL UNIQUE, key text);\n\
         CREATE TABLE `orders` (\n  `id` int unsigned NOT NULL AUTO_INCREMENT,\n  `user_id` int NOT NULL,\n  `note` text,\n\
           PRIMARY KEY (`id`),\n  KEY `by_user` (`user_id`, `note`(20)),\n\
           CONSTRAINT `fk` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE\n) ENGINE=InnoDB;\n\
         CREATE TABLE [dbo].[Logs] ([Id] int IDENTITY(1,1) NOT NULL, [At] datetime2 NULL, CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)) ON [PRIMARY]\nGO\n\
         CREATE INDEX CONCURRENTLY logs_at ON Logs USING btree (at DESC) WHERE at IS NOT NULL;\n\
         CREATE UNIQUE INDEX on users (lower(email));\n",
    )]);
    assert_eq!(
        found,
        [
            "Logs(Id,At?) key(Id) index(at desc) where at IS NOT NULL",
            "orders(id,user_id,note?) key(id) index(user_id,note) user_id->users",
            "users(id,email,key?) key(id) unique(email) unique(lower(email))",
        ]
    );
}

#[test]
fn migrations_in_sql_in_the_order_of_their_versions() {
    let found = tables(&[
        (
            "db/migration/V10__c.sql",
            "ALTER TABLE a DROP COLUMN y; ALTER TABLE a ADD COLUMN z int NOT NULL; DROP INDEX a_x;",
        ),
        (
            "db/migration/V2__b.sql",
            "CREATE INDEX a_x ON a (x); ALTER TABLE a RENAME COLUMN w TO y; DROP TABLE b;",
        ),
        ("db/migration/V1__a.sql", "CREATE TABLE a (x int, w int); CREATE TABLE b (x int);"),
        ("migrations/2020_a/down.sql", "DROP TABLE a;"),
    ]);
    assert_eq!(found, ["a(x?,z) key()"]);
}

#[test]
fn a_dump_of_rails_and_not_the_migrations_before_it() {
    let found = tables(&[
        (
            "db/schema.rb",
            "ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table \"posts\", force: :cascade do |t|\n\
                 t.string \"title\", null: false\n    t.bigint \"author_id\"\n    t.datetime \"created_at\", null: false\n\
                 t.index [\"author_id\", \"created_at\"], name: \"x\", order: { created_at: :desc }\n\
                 t.index [\"title\"], name: \"y\", unique: true, where: \"(title <> '')\"\n  end\n\
               create_table \"tags\", id: :uuid do |t|\n    t.references :post, foreign_key: true\n  end\n\
               create_table \"taggings\", id: false do |t|\n    t.integer \"tag_id\"\n  end\n\
               add_foreign_key \"posts\", \"users\", column: \"author_id\"\n  add_foreign_key \"taggings\", \"tags\"\nend\n",
        ),
        (
            "db/migrate/20200101000000_create_old.rb",
            "class CreateOld < ActiveRecord::Migration[6.0]\n  def change\n    create_table :posts do |t|\n      t.string :old\n    end\n  end\nend\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "posts(id,title,author_id?,created_at) key(id) index(author_id,created_at) unique(title) where (title <> '') author_id->users",
            "taggings(tag_id?) key() tag_id->tags",
            "tags(id,post_id?) key(id) index(post_id) post_id->posts",
        ]
    );
}

#[test]
fn migrations_of_rails_where_there_is_no_dump() {
    let found = tables(&[
        (
            "db/migrate/002_b.rb",
            "class B < ActiveRecord::Migration[6.0]\n  def up\n    add_index :a, [:x, :y], unique: true\n    rename_column :a, :z, :w\n\
                 execute \"CREATE INDEX raw ON a (w)\"\n    change_table :a do |t|\n      t.remove :y2\n    end\n  end\n  def down\n    drop_table :a\n  end\nend\n",
        ),
        (
            "db/migrate/001_a.rb",
            "class A < ActiveRecord::Migration[6.0]\n  def change\n    create_table :a do |t|\n      t.string :x, :y, :y2\n      t.integer :z, index: true\n      t.timestamps\n    end\n  end\nend\n",
        ),
    ]);
    assert_eq!(
        found,
        ["a(id,x?,y?,w?,created_at,updated_at) key(id) index(w) unique(x,y) index(w)"],
        "the index that comes with the column, then the two of the second migration"
    );
}

#[test]
fn models_of_django_with_abstract_bases() {
    let found = tables(&[(
        "shop/models.py",
        "from django.db import models\n\nclass Base(models.Model):\n    created = models.DateTimeField(db_index=True)\n\n\
         \x20   class Meta:\n        abstract = True\n\n\nclass Owner(Base):\n    slug = models.SlugField()\n\n\n\
         class Order(Base):\n    owner = models.ForeignKey(Owner, on_delete=models.CASCADE)\n    code = models.CharField(max_length=9, unique=True)\n\
         \x20   note = models.TextField(null=True)\n\n    class Meta:\n        db_table = \"orders\"\n        unique_together = ((\"owner\", \"note\"),)\n\
         \x20       indexes = [models.Index(fields=[\"-created\", \"owner\"], name=\"recent\")]\n",
    )]);
    assert_eq!(
        found,
        [
            "orders(id,created,owner_id,code,note?) key(id) index(created) index(owner_id) unique(code) index(created desc,owner_id) unique(owner_id,note) owner_id->shop_owner",
            "shop_owner(id,created,slug) key(id) index(created) index(slug)",
        ]
    );
}

#[test]
fn revisions_of_alembic_in_the_order_that_they_name() {
    let found = tables(&[
        (
            "alembic/versions/bb.py",
            "import sqlalchemy as sa\nfrom alembic import op\nrevision = \"bb\"\ndown_revision = \"zz\"\n\n\ndef upgrade():\n    op.create_index(\"ix\", \"a\", [\"x\"], unique=True)\n    op.add_column(\"a\", sa.Column(\"y\", sa.Integer(), nullable=False))\n\n\ndef downgrade():\n    op.drop_table(\"a\")\n",
        ),
        (
            "alembic/versions/zz.py",
            "revision = \"zz\"\ndown_revision = \"cc\"\n\n\ndef upgrade():\n    pass\n",
        ),
        (
            "alembic/versions/cc.py",
            "import sqlalchemy as sa\nfrom alembic import op\nrevision = \"cc\"\ndown_revision = None\n\n\ndef upgrade():\n    op.create_table(\n        \"a\",\n        sa.Column(\"id\", sa.Integer(), nullable=False),\n        sa.Column(\"x\", sa.String(), nullable=True),\n        sa.ForeignKeyConstraint([\"x\"], [\"b.id\"]),\n        sa.PrimaryKeyConstraint(\"id\"),\n    )\n",
        ),
    ]);
    assert_eq!(found, ["a(id,x?,y) key(id) unique(x) x->b"]);
}

#[test]
fn a_schema_of_prisma() {
    let found = tables(&[(
        "prisma/schema.prisma",
        "datasource db {\n  provider = \"postgresql\"\n}\n\nmodel User {\n  id    Int     @id\n  email String? @unique @map(\"mail\")\n  posts Post[]\n\n  @@map(\"users\")\n}\n\n\
         model Post {\n  a      Int\n  b      Int\n  userId Int\n  user   User @relation(fields: [userId], references: [id])\n\n  @@id([a, b])\n  @@index([userId, b], map: \"ix\")\n}\n",
    )]);
    assert_eq!(
        found,
        ["Post(a,b,userId) key(a,b) index(userId,b) userId->users", "users(id,mail?) key(id) unique(mail)",]
    );
}

#[test]
fn declarations_in_javascript() {
    let found = tables(&[
        (
            "src/order.entity.ts",
            "import { Entity, Column, Index, ManyToOne, JoinColumn, PrimaryGeneratedColumn } from \"typeorm\";\nimport { Customer } from \"./customer.entity\";\n\n\
             @Entity(\"orders\")\n@Index([\"name\", \"customer\"], { unique: true })\nexport class Order {\n  @PrimaryGeneratedColumn() id: number;\n\
             \x20 @Index() @Column({ type: \"varchar\", nullable: true }) name: string;\n\
             \x20 @ManyToOne(() => Customer) @JoinColumn({ name: \"customer_id\" }) customer: Customer;\n}\n",
        ),
        (
            "src/customer.entity.ts",
            "import { Entity, PrimaryGeneratedColumn } from \"typeorm\";\n\n@Entity()\nexport class Customer {\n  @PrimaryGeneratedColumn() id: number;\n}\n",
        ),
        (
            "src/schema.ts",
            "import { pgTable, serial, text, index } from \"drizzle-orm/pg-core\";\n\nexport const notes = pgTable(\"notes\", {\n  id: serial(\"id\").primaryKey(),\n  title: text(\"title\").notNull().unique(),\n}, (table) => [index(\"by_title\").on(table.title)]);\n",
        ),
        (
            "migrations/1_a.js",
            "exports.up = async (knex) => {\n  await knex.schema.createTable('logs', (t) => {\n    t.increments();\n    t.string('kind').notNullable().index();\n    t.integer('order_id').references('id').inTable('orders');\n    t.unique(['kind', 'order_id']);\n  });\n};\nexports.down = (knex) => knex.schema.dropTable('logs');\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "customer(id) key(id)",
            "logs(id,kind,order_id?) key(id) index(kind) unique(kind,order_id) order_id->orders",
            "notes(id,title) key(id) unique(title) index(title)",
            "orders(id,name?,customer_id?) key(id) index(name) unique(name,customer_id) customer_id->customer",
        ]
    );
}

#[test]
fn entities_of_jpa_and_gorm() {
    let found = tables(&[
        (
            "src/main/java/shop/Order.java",
            "package shop;\n\nimport jakarta.persistence.*;\n\n@Entity\n@Table(name = \"orders\", indexes = {@Index(name = \"ix\", columnList = \"placedAt, customer_id\")})\npublic class Order {\n\
             \x20   @Id @GeneratedValue private Long id;\n    @Column(name = \"placed\", nullable = false, unique = true) private String placedAt;\n\
             \x20   @ManyToOne private Customer customer;\n    @Transient private int shown;\n}\n",
        ),
        (
            "src/main/java/shop/Customer.java",
            "package shop;\n\nimport jakarta.persistence.*;\n\n@Entity\npublic class Customer {\n    @Id private Long id;\n}\n",
        ),
        (
            "models/item.go",
            "package models\n\nimport \"gorm.io/gorm\"\n\ntype Item struct {\n\tgorm.Model\n\tSku string `gorm:\"uniqueIndex\"`\n\tShop uint `gorm:\"index:by_shop\"`\n\tKind string `gorm:\"index:by_shop\"`\n}\n",
        ),
    ]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "customer(id) key(id)");
    assert!(found[1].ends_with("unique(sku) index(shop,kind)"), "{found:?}");
    assert_eq!(
        found[2],
        "orders(id,placed,customer_id?) key(id) unique(placed) index(placed,customer_id) customer_id->customer"
    );
}

#[test]
fn migrations_of_laravel_and_ef_core() {
    let found = tables(&[
        (
            "database/migrations/2020_01_01_000000_a.php",
            "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse Illuminate\\Support\\Facades\\Schema;\n\nreturn new class extends Migration {\n    public function up(): void {\n        Schema::create('users', function (Blueprint $table) {\n            $table->id();\n            $table->string('email', 10)->nullable()->unique();\n            $table->foreignId('team_id')->constrained();\n            $table->index(['team_id', 'email'], 'ix');\n            $table->timestamps();\n        });\n    }\n    public function down(): void { Schema::drop('users'); }\n};\n",
        ),
        (
            "Migrations/20200101_Init.cs",
            "using Microsoft.EntityFrameworkCore.Migrations;\npublic partial class Init : Migration {\n    protected override void Up(MigrationBuilder migrationBuilder) {\n        migrationBuilder.CreateTable(name: \"Items\", columns: table => new {\n            Id = table.Column<int>(nullable: false), Name = table.Column<string>(type: \"text\", nullable: true) },\n            constraints: table => { table.PrimaryKey(\"PK_Items\", x => x.Id); });\n        migrationBuilder.CreateIndex(name: \"IX\", table: \"Items\", columns: new[] { \"Name\", \"Id\" }, unique: true);\n    }\n    protected override void Down(MigrationBuilder migrationBuilder) { migrationBuilder.DropTable(name: \"Items\"); }\n}\n",
        ),
    ]);
    assert_eq!(
        found,
        [
            "Items(Id,Name?) key(Id) unique(Name,Id)",
            "users(id,email?,team_id,created_at?,updated_at?) key(id) unique(email) index(team_id,email) team_id->teams",
        ]
    );
}

const RAILS: &[(&str, &str)] = &[
    (
        "db/schema.rb",
        "ActiveRecord::Schema[7.1].define(version: 1) do\n  enable_extension \"plpgsql\"\n  create_table \"orders\" do |t|\n    t.string \"token\"\n    t.bigint \"shop_id\"\n    t.jsonb \"data\"\n    t.boolean \"paid\"\n    t.datetime \"created_at\"\n    t.index [\"shop_id\"], name: \"by_shop\"\n    t.index [\"shop_id\", \"created_at\"], name: \"by_shop_and_time\"\n  end\nend\n",
    ),
    ("app/models/order.rb", "class Order < ApplicationRecord\nend\n"),
    ("app/models/application_record.rb", "class ApplicationRecord < ActiveRecord::Base\nend\n"),
    (
        "app/controllers/orders_controller.rb",
        "class OrdersController < ApplicationController\n  def show\n    @order = Order.find_by(token: params[:token])\n  end\n\n  def index\n    @orders = Order.where(shop_id: params[:shop_id]).order(:created_at).limit(20).to_a\n    @paid = Order.where(paid: true).limit(20).to_a\n  end\nend\n",
    ),
    (
        "app/controllers/application_controller.rb",
        "class ApplicationController < ActionController::Base\nend\n",
    ),
    ("config/routes.rb", "Rails.application.routes.draw do\n  resources :orders\nend\n"),
];

#[test]
fn proposes_what_is_missing_and_what_is_redundant() {
    let tree = Tree::of(RAILS);
    let found = json(&schema(&tree, &["--indexes", "--format", "json"]));
    let all: Vec<String> = found
        .as_array()
        .unwrap_or_else(|| panic!("no list"))
        .iter()
        .map(|p| {
            let columns = list(&p["index"]["columns"], |c| c["name"].as_str().unwrap_or_default().to_owned());
            format!(
                "{} {} {columns}",
                p["action"].as_str().unwrap_or_default(),
                p["table"].as_str().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        all,
        ["add orders token", "drop orders shop_id"],
        "a flag tells nothing apart, and the shop has its index"
    );
    assert_eq!(found[0]["evidence"][0]["place"]["line"], 3);
}

#[test]
fn writes_them_as_sql_and_as_a_migration() {
    let tree = Tree::of(RAILS);
    let sql = schema(&tree, &["--indexes", "--format", "sql"]).out();
    assert!(sql.contains("SET lock_timeout = '5s';"), "{sql}");
    assert!(
        sql.contains(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS \"idx_orders_token\" ON \"orders\" (\"token\");"
        ),
        "{sql}"
    );
    assert!(sql.contains("DROP INDEX CONCURRENTLY IF EXISTS \"by_shop\";"), "{sql}");
    let ruby = schema(&tree, &["--indexes", "--format", "migration"]).out();
    assert!(
        ruby.contains("add_index :orders, [:token], name: \"idx_orders_token\", algorithm: :concurrently"),
        "{ruby}"
    );
    assert!(ruby.contains("remove_index :orders, name: \"by_shop\", algorithm: :concurrently"), "{ruby}");
}

#[test]
fn the_text_names_places_and_what_was_not_followed() {
    let tree = Tree::of(&[(
        "db/migrate/001_a.rb",
        "class A < ActiveRecord::Migration[6.0]\n  def change\n    create_table :a do |t|\n      t.string :x, index: true\n    end\n    add_index :b, :x\n    create_table NAME\n  end\nend\n",
    )]);
    let run = schema(&tree, &[]);
    assert_eq!(run.code, Some(0), "{}", run.err());
    let text = run.out();
    assert!(text.contains("a  db/migrate/001_a.rb:3"), "{text}");
    assert!(text.contains("  index (x)  db/migrate/001_a.rb:4"), "{text}");
    assert!(
        text.contains("not followed: db/migrate/001_a.rb:6 changes `b`, a table that is not known here"),
        "{text}"
    );
}

#[test]
fn mistakes_are_explained() {
    let tree = Tree::of(&[("a.py", "x = 1\n")]);
    let run = schema(&tree, &["--format", "sql"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err().contains("perflint schema --indexes --format sql"), "{}", run.err());
    let run = run_in(&["schema", "/nonexistent"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err().contains("there is no file or folder /nonexistent"), "{}", run.err());
    let run = schema(&tree, &[]);
    assert_eq!(run.code, Some(0));
    assert!(run.err().contains("no table was found"), "{}", run.err());
    assert_eq!(schema(&Tree::of(&[("a.txt", "x")]), &[]).code, Some(4));
}

fn run_in(args: &[&str]) -> Run {
    run(perflint().args(args))
}

#[test]
fn hostile_definitions_end() {
    let deep = format!("CREATE TABLE a (x int DEFAULT {}1{});\n", "(".repeat(20_000), ")".repeat(20_000));
    let unclosed = format!("CREATE TABLE b ({}", "x int,".repeat(50_000));
    let loops = "class A < ActiveRecord::Migration[6.0]\n  def change\n    a\n  end\n  def a\n    b\n    b\n  end\n  def b\n    a\n    a\n  end\nend\n";
    let circle = "revision = \"a\"\ndown_revision = \"b\"\n\n\ndef upgrade():\n    upgrade()\n";
    let other = "revision = \"b\"\ndown_revision = \"a\"\n";
    let tree = Tree::of(&[
        ("a.sql", deep.as_str()),
        ("b.sql", unclosed.as_str()),
        (
            "c.sql",
            "CREATE TABLE \u{1b}[31m (x int); CREATE INDEX ON; ALTER TABLE; DROP; CREATE TABLE c (; CREATE TABLE (,,)",
        ),
        ("db/migrate/001_a.rb", loops),
        ("alembic/versions/a.py", circle),
        ("alembic/versions/b.py", other),
    ]);
    let run = schema(&tree, &[]);
    assert_eq!(run.code, Some(0), "{}", run.err());
    assert!(!run.out().contains('\u{1b}'), "names do not reach the terminal as they are");
}

#[test]
fn what_undoes_a_migration_in_the_same_file_is_not_applied() {
    for (up, down) in
        [("+goose Up", "+goose Down"), ("+migrate Up", "+migrate Down"), ("migrate:up", "migrate:down")]
    {
        let found = tables(&[
            (
                "migrations/1_a.sql",
                format!("-- {up}\nCREATE TABLE a (x int);\n-- scale down: slowly\nCREATE TABLE b (x int);\n-- {down}\nDROP TABLE a;\n")
                    .as_str(),
            ),
            ("migrations/2_b.sql", format!("-- {up}\nDROP TABLE b;\n-- {down}\nCREATE TABLE b (x int);\n").as_str()),
        ]);
        assert_eq!(found, ["a(x?) key()"], "{up}");
    }
}

#[test]
fn of_a_schema_written_per_database_one_counts() {
    let (postgres, mysql) = (
        "CREATE TABLE a (x int); CREATE INDEX one ON a (x);",
        "CREATE TABLE a (x int); CREATE INDEX two ON a (x);",
    );
    let found = tables(&[
        ("db/postgres/migrations/V1__a.sql", postgres),
        ("db/mysql/migrations/V1__a.sql", mysql),
        ("db/other/migrations/V2__mysql_only_in_its_name.sql", "CREATE TABLE b (y int);"),
    ]);
    assert_eq!(found, ["a(x?) key() index(x)", "b(y?) key()"]);
    assert_eq!(tables(&[("db/mysql/migrations/V1__a.sql", mysql)]), ["a(x?) key() index(x)"]);
}

/// The tables and columns of the proposals for some files.
fn proposed(files: &[(&str, &str)]) -> Vec<String> {
    let run = schema(&Tree::of(files), &["--indexes", "--format", "json", "--no-config"]);
    let proposals = json(&run);
    let proposals = proposals.as_array().unwrap_or_else(|| panic!("no list: {}", run.err()));
    let shown = |one: &Value| {
        let columns =
            list(&one["index"]["columns"], |column| column["name"].as_str().unwrap_or_default().to_owned());
        format!(
            "{} {}({columns})",
            one["action"].as_str().unwrap_or_default(),
            one["table"].as_str().unwrap_or_default()
        )
    };
    proposals.iter().map(shown).collect()
}

#[test]
fn columns_with_one_value_or_one_of_many_keys_are_no_proposals() {
    let models = "from django.db import models\nfrom django.http import JsonResponse\nfrom django.urls import path\n\n\n\
        class Rule(models.Model):\n    NIGHTLY = 4\n    runs = models.IntegerField()\n    code = models.CharField(max_length=9)\n\n\n\
        def nightly(request):\n    return JsonResponse({'rules': list(Rule.objects.filter(runs=Rule.NIGHTLY))})\n\n\n\
        def find(request, code):\n    return JsonResponse({'rules': list(Rule.objects.filter(runs=4, code=code))})\n\n\n\
        urlpatterns = [path('nightly/', nightly), path('find/<code>/', find)]\n";
    assert_eq!(proposed(&[("shop/models.py", models)]), ["add shop_rule(code)"]);
}

#[test]
fn what_is_compared_otherwise_is_another_index_and_mysql_makes_its_own() {
    let two = "CREATE TABLE a (x text); CREATE INDEX one ON a (x); CREATE INDEX two ON a (x COLLATE NOCASE);";
    assert_eq!(proposed(&[("db/schema.sql", two)]), Vec::<String>::new());
    let keys = "CREATE TABLE a (id BIGINT PRIMARY KEY);\nCREATE TABLE b (id BIGINT NOT NULL, a_id BIGINT, FOREIGN KEY (a_id) REFERENCES a (id));\n";
    assert_eq!(proposed(&[("db/schema.sql", keys)]), ["add b(a_id)"]);
    assert_eq!(
        proposed(&[("db/schema.sql", &keys.replace("NOT NULL", "NOT NULL AUTO_INCREMENT"))]),
        Vec::<String>::new()
    );
}

#[test]
fn sql_that_is_too_large_is_named() {
    let files = [
        ("db/structure.sql", "CREATE TABLE a (x int);\n".repeat(200)),
        ("db/b.sql", "CREATE TABLE b (x int);".to_owned()),
    ];
    let tree = Tree::of(&files);
    let run = schema(&tree, &["--max-file-size", "4096"]);
    assert!(
        run.out().contains("not followed: db/structure.sql:1 it is larger than --max-file-size"),
        "{}",
        run.out()
    );
    let found = json(&schema(&tree, &["--max-file-size", "4096", "--format", "json"]));
    assert_eq!(found["gaps"][0]["place"]["file"], "db/structure.sql");
    assert!(!schema(&tree, &[]).out().contains("not followed"));
}

#[test]
fn volumes_of_the_configuration_count_for_proposals() {
    let keys =
        "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (a_id bigint REFERENCES a, c_id bigint);\n";
    for (volume, expected) in [("'2M'", 1), ("20", 0)] {
        let config = format!("[volumes]\nb = {volume}\n");
        let tree = Tree::of(&[("db/schema.sql", keys), ("perflint.toml", config.as_str())]);
        let run = run(perflint().args(["schema", "--indexes", "--format", "json"]).current_dir(tree.path()));
        let found = json(&run);
        assert_eq!(found.as_array().map(Vec::len), Some(expected), "{found}");
        assert!(expected == 0 || found[0]["rows"] == 2_000_000);
    }
}
