//! Which columns queries use, in the ways of several libraries: what is proposed shows it.

#![expect(clippy::panic, reason = "helpers of tests panic like tests")]

use perflint_tests::command::{perflint, run};
use perflint_tests::tree::Tree;
use serde_json::Value;

const TABLE: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, note text, placed_at timestamp, status text);";

/// The indexes that are proposed for a table of orders and some files, as `orders(customer_id,placed_at)`.
fn proposed(files: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("db/migrations/1_init.sql", TABLE)];
    all.extend(files);
    let tree = Tree::of(&all);
    let run =
        run(perflint().args(["schema", "--indexes", "--format", "json", "--no-config"]).arg(tree.path()));
    let found: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.out(), run.err()));
    let all = found.as_array().unwrap_or_else(|| panic!("no list: {found}")).iter().map(|one| {
        let columns = one["index"]["columns"].as_array().into_iter().flatten();
        let names: Vec<&str> = columns.filter_map(|column| column["name"].as_str()).collect();
        format!("{}({})", one["table"].as_str().unwrap_or_default(), names.join(","))
    });
    all.collect()
}

#[test]
fn expressions_of_sqlalchemy() {
    let model = "from sqlalchemy import Column, BigInteger, DateTime, Text\nfrom sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n\n\n\
                 class Order(Base):\n    __tablename__ = \"orders\"\n    id = Column(BigInteger, primary_key=True)\n    customer_id = Column(BigInteger)\n    note = Column(Text)\n    placed_at = Column(DateTime)\n    status = Column(Text)\n";
    let view = "from fastapi import FastAPI\nfrom sqlalchemy import select\n\nfrom models import Order\n\napp = FastAPI()\n\n\n\
                @app.get(\"/orders\")\ndef orders(customer: int, session):\n    query = select(Order).where(Order.customer_id == customer, Order.status == \"open\").order_by(Order.placed_at.desc()).limit(20)\n    return session.execute(query).scalars().all()\n";
    assert_eq!(proposed(&[("models.py", model), ("main.py", view)]), ["orders(customer_id,placed_at)"]);
}

#[test]
fn methods_and_queries_of_spring_data() {
    let entity = "package shop;\n\nimport jakarta.persistence.*;\nimport java.time.Instant;\n\n@Entity\n@Table(name = \"orders\")\npublic class Order {\n    @Id private Long id;\n    private Long customerId;\n    private String note;\n    private Instant placedAt;\n    private String status;\n}\n";
    let repository = "package shop;\n\nimport java.util.List;\nimport org.springframework.data.domain.Pageable;\nimport org.springframework.data.jpa.repository.JpaRepository;\nimport org.springframework.data.jpa.repository.Query;\n\n\
                      public interface OrderRepository extends JpaRepository<Order, Long> {\n    List<Order> findByCustomerIdAndStatusOrderByPlacedAtDesc(Long customer, String status, Pageable page);\n\n\
                      \x20   @Query(\"select o from Order o where o.note = :note\")\n    List<Order> noted(String note);\n}\n";
    let controller = "package shop;\n\nimport java.util.List;\nimport org.springframework.data.domain.Pageable;\nimport org.springframework.web.bind.annotation.*;\n\n@RestController\npublic class OrderController {\n    private final OrderRepository orders;\n\n\
                      \x20   public OrderController(OrderRepository orders) { this.orders = orders; }\n\n    @GetMapping(\"/orders\")\n    public List<Order> list(Long customer, Pageable page) {\n        return orders.findByCustomerIdAndStatusOrderByPlacedAtDesc(customer, \"open\", page);\n    }\n}\n";
    let found = proposed(&[
        ("src/main/java/shop/Order.java", entity),
        ("src/main/java/shop/OrderRepository.java", repository),
        ("src/main/java/shop/OrderController.java", controller),
    ]);
    assert_eq!(found, ["orders(customer_id,placed_at)"]);
}

#[test]
fn conditions_of_gorm() {
    let code = "package main\n\nimport (\n\t\"time\"\n\n\t\"github.com/gin-gonic/gin\"\n\t\"gorm.io/gorm\"\n)\n\ntype Order struct {\n\tID uint `gorm:\"primaryKey\"`\n\tCustomerID uint\n\tNote string\n\tPlacedAt time.Time\n\tStatus string\n}\n\n\
                var db *gorm.DB\n\nfunc list(c *gin.Context) {\n\tvar orders []Order\n\tdb.Where(\"customer_id = ? AND status = ?\", c.Query(\"c\"), \"open\").Order(\"placed_at desc\").Limit(20).Find(&orders)\n\tc.JSON(200, orders)\n}\n\n\
                func main() {\n\tr := gin.Default()\n\tr.GET(\"/orders\", list)\n\tr.Run()\n}\n";
    assert_eq!(
        proposed(&[("go.mod", "module shop\n"), ("main.go", code)]),
        ["orders(customer_id,placed_at)"]
    );
}

#[test]
fn closures_of_linq() {
    let code = "using System;\nusing System.Linq;\nusing System.Threading.Tasks;\nusing Microsoft.AspNetCore.Mvc;\nusing Microsoft.EntityFrameworkCore;\nusing System.ComponentModel.DataAnnotations.Schema;\n\nnamespace Shop;\n\n\
                [Table(\"orders\")]\npublic class Order\n{\n    public long Id { get; set; }\n    [Column(\"customer_id\")]\n    public long CustomerId { get; set; }\n    public string Note { get; set; }\n    [Column(\"placed_at\")]\n    public DateTime PlacedAt { get; set; }\n    public string Status { get; set; }\n}\n\n\
                public class ShopContext : DbContext\n{\n    public DbSet<Order> Orders { get; set; }\n}\n\n\
                public class OrdersController : ControllerBase\n{\n    private readonly ShopContext db;\n    public OrdersController(ShopContext db) { this.db = db; }\n\n\
                \x20   [HttpGet(\"orders\")]\n    public async Task<object> List(long customer)\n    {\n        return await db.Orders.Where(o => o.CustomerId == customer && o.Status == \"open\").OrderByDescending(o => o.PlacedAt).Take(20).ToListAsync();\n    }\n}\n";
    assert_eq!(proposed(&[("Shop.cs", code)]), ["orders(customer_id,placed_at)"]);
}

#[test]
fn tables_of_knex() {
    let code = "const express = require('express')\nconst knex = require('knex')({ client: 'pg' })\n\nconst app = express()\napp.get('/orders', async (req, res) => {\n\
                \x20 const orders = await knex('orders').where({ customer_id: req.query.c }).andWhere('status', 'open').orderBy('placed_at', 'desc').limit(20)\n  res.json(orders)\n})\n";
    let package = "{\"dependencies\": {\"express\": \"4\", \"knex\": \"3\"}}";
    assert_eq!(proposed(&[("package.json", package), ("app.js", code)]), ["orders(customer_id,placed_at)"]);
}

#[test]
fn builders_of_doctrine() {
    let entity = "<?php\nnamespace App\\Entity;\n\nuse Doctrine\\ORM\\Mapping as ORM;\n\n#[ORM\\Entity(repositoryClass: \\App\\Repository\\OrderRepository::class)]\n#[ORM\\Table(name: 'orders')]\nclass Order\n{\n\
                  \x20   #[ORM\\Id]\n    #[ORM\\Column]\n    private ?int $id = null;\n    #[ORM\\Column]\n    private int $customerId;\n    #[ORM\\Column]\n    private \\DateTime $placedAt;\n    #[ORM\\Column]\n    private string $status;\n}\n";
    let repository = "<?php\nnamespace App\\Repository;\n\nuse App\\Entity\\Order;\nuse Doctrine\\Bundle\\DoctrineBundle\\Repository\\ServiceEntityRepository;\n\nclass OrderRepository extends ServiceEntityRepository\n{\n\
                      \x20   public function __construct($registry)\n    {\n        parent::__construct($registry, Order::class);\n    }\n\n    public function of(int $customer): array\n    {\n\
                      \x20       return $this->createQueryBuilder('o')\n            ->where('o.customerId = :c')\n            ->andWhere(\"o.status = 'open'\")\n            ->orderBy('o.placedAt', 'DESC')\n            ->setMaxResults(20)\n            ->getQuery()\n            ->getResult();\n    }\n}\n";
    let controller = "<?php\nnamespace App\\Controller;\n\nuse App\\Repository\\OrderRepository;\nuse Symfony\\Bundle\\FrameworkBundle\\Controller\\AbstractController;\nuse Symfony\\Component\\Routing\\Attribute\\Route;\n\nclass OrderController extends AbstractController\n{\n\
                      \x20   #[Route('/orders')]\n    public function list(OrderRepository $orders)\n    {\n        return $this->json($orders->of(1));\n    }\n}\n";
    let found = proposed(&[
        ("src/Entity/Order.php", entity),
        ("src/Repository/OrderRepository.php", repository),
        ("src/Controller/OrderController.php", controller),
    ]);
    assert_eq!(found, ["orders(customer_id,placed_at)"]);
}

#[test]
fn alternatives_and_other_comparisons_propose_nothing() {
    let code = "const express = require('express')\nconst knex = require('knex')({ client: 'pg' })\n\nconst app = express()\napp.get('/a', async (req, res) => {\n\
                \x20 res.json(await knex('orders').where({ customer_id: 1 }).orWhere({ note: req.query.n }).limit(20))\n})\n\
                app.get('/b', async (req, res) => {\n  res.json(await knex('orders').where('note', 'like', req.query.n).limit(20))\n})\n";
    let package = "{\"dependencies\": {\"express\": \"4\", \"knex\": \"3\"}}";
    assert_eq!(proposed(&[("package.json", package), ("app.js", code)]), Vec::<String>::new());
}

#[test]
fn relations_of_eloquent_are_about_their_row_and_each_call_has_conditions_of_its_own() {
    let migration = "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse Illuminate\\Support\\Facades\\Schema;\n\nreturn new class extends Migration {\n    public function up(): void {\n\
                     \x20       Schema::create('contacts', function (Blueprint $table) { $table->id(); });\n        Schema::create('notes', function (Blueprint $table) {\n            $table->id();\n            $table->foreignId('contact_id');\n            $table->string('token');\n            $table->string('body');\n            $table->timestamps();\n        });\n    }\n};\n";
    let contact = "<?php\nnamespace App\\Models;\n\nuse Illuminate\\Database\\Eloquent\\Model;\n\nclass Contact extends Model\n{\n    public function notes()\n    {\n        return $this->hasMany(Note::class);\n    }\n}\n";
    let note = "<?php\nnamespace App\\Models;\n\nuse Illuminate\\Database\\Eloquent\\Model;\n\nclass Note extends Model\n{\n}\n";
    let controller = "<?php\nnamespace App\\Http\\Controllers;\n\nuse App\\Models\\Contact;\nuse Illuminate\\Routing\\Controller;\n\nclass NoteController extends Controller\n{\n    public function index($id)\n    {\n        $contact = Contact::findOrFail($id);\n\
                      \x20       $newest = $contact->notes()->orderBy('created_at', 'desc')->paginate(10);\n        $one = $contact->notes()->where('token', request('token'))->first();\n        return response()->json([$newest, $one]);\n    }\n}\n";
    let found = proposed(&[
        ("composer.json", "{\"require\": {\"laravel/framework\": \"^11.0\"}}"),
        ("database/migrations/2020_01_01_000000_a.php", migration),
        ("app/Models/Contact.php", contact),
        ("app/Models/Note.php", note),
        ("app/Http/Controllers/NoteController.php", controller),
    ]);
    assert_eq!(found, ["notes(contact_id,created_at)", "notes(contact_id,token)"]);
}

/// The database section of the plan of some files.
fn database_section(files: &[(&str, &str)]) -> String {
    let tree = Tree::of(files);
    let run = run(perflint().args(["plan", "--quiet", "--section", "database"]).current_dir(tree.path()));
    assert_eq!(run.code, Some(0), "{}", run.err());
    run.out()
}

#[test]
fn of_several_databases_one_is_taken_and_said() {
    let table = "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id));\nCREATE TABLE customers (id bigint PRIMARY KEY);\n";
    let code = "import psycopg2\nimport pymysql\n";
    let files = [("db/migrations/1_init.sql", table), ("shop/db.py", code)];
    let found = database_section(&files);
    assert!(found.contains("names several databases: mysql (`pymysql`); postgres (`psycopg2`)"), "{found}");
    assert!(found.contains("mysql is taken: nothing speaks more for another"), "{found}");
    let told = [&files[..], &[("perflint.toml", "[database]\ndialect = \"postgres\"\n")]].concat();
    let found = database_section(&told);
    assert!(!found.contains("names several databases"), "{found}");
    assert!(found.contains("Statements are postgres's"), "{found}");
    let wrong =
        Tree::of(&[("perflint.toml", "[database]\ndialect = \"oracle\"\n"), ("a.py", "import psycopg2\n")]);
    let run = run(perflint().args(["plan", "--quiet"]).current_dir(wrong.path()));
    assert_eq!(run.code, Some(2), "{}", run.out());
}

#[test]
fn deletes_in_sql_empty_a_table_by_time() {
    let table = "CREATE TABLE visits (id bigint PRIMARY KEY, host text, seen timestamptz NOT NULL);\n";
    let code = "import psycopg2\n\n\ndef forget(db, day):\n    db.execute(\"DELETE FROM visits WHERE seen < %s\", (day,))\n";
    let found = database_section(&[("db/migrations/1_init.sql", table), ("shop/forget.py", code)]);
    assert!(found.contains("removes rows by it") && !found.contains("changes or removes"), "{found}");
}
