from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.generic import DetailView, FormView, ListView

from shop.forms import MoveForm
from shop.models import Item, Order, Product, Stock, Warehouse
from shop.services import country_name, order_line, product_card, stock_of, with_lines


def order_list(request):  # cost: queries 1 + |orders|
    orders = Order.objects.order_by("-placed_at")[:50]  # perf: n-plus-one-lazy-load
    return render(request, "shop/orders.html", {"orders": orders})


def order_list_fast(request):  # miss(cost): queries 3
    orders = with_lines(Order.objects.select_related("customer").order_by("-placed_at"))[:50]  # ok: n-plus-one-lazy-load
    return render(request, "shop/orders_fast.html", {"orders": orders})


def orders_filtered(request):  # cost: queries 2 + |page| * 2
    orders = Order.objects.order_by("pk")  # perf: n-plus-one-lazy-load; ok: unbounded-query
    if request.GET.get("names"):
        orders = orders.select_related("customer")
    page = Paginator(orders, 25).get_page(request.GET.get("page"))
    return JsonResponse({"orders": [order_line(order) for order in page]})


class OrderPage(ListView):
    model = Order
    paginate_by = 30
    template_name = "shop/orders_fast.html"

    def get_queryset(self):
        return with_lines(super().get_queryset()).select_related("customer")  # ok: n-plus-one-lazy-load


class OrderDetail(DetailView):
    queryset = Order.objects.select_related("customer")  # miss: n-plus-one-lazy-load


class ProductList(ListView):  # cost: ProductList.get: queries 1 + |products| * 3
    queryset = Product.objects.visible()  # perf(pedantic): missing-pagination; perf: n-plus-one-lazy-load
    template_name = "shop/products.html"
    context_object_name = "products"


class RecentProducts(ListView):  # miss(cost): RecentProducts.get: queries 3 + |products|
    template_name = "shop/products.html"
    context_object_name = "products"
    paginate_by = 20

    def get_queryset(self):
        return Product.objects.for_shelf().order_by("-pk")  # ok: n-plus-one-lazy-load, missing-pagination


def shelf(request):
    products = Product.objects.for_shelf()[:200]  # ok: n-plus-one-lazy-load
    return JsonResponse({"labels": [product.supplier_label for product in products]})


def labels(request):  # cost: queries 1 + |products|
    products = Product.objects.visible()[:200]  # perf: n-plus-one-lazy-load
    return JsonResponse({"labels": list(map(lambda product: product.supplier_label, products))})


def cheap_items(request):  # miss(cost): queries 2 + |orders|
    orders = Order.objects.prefetch_related("items")[:100]
    found = {}
    for order in orders:
        found[order.customer_id] = len(order.items.all())  # ok: n-plus-one-lazy-load, n-plus-one-query; effect: none
        found[order.pk] = [i.pk for i in order.items.filter(price__lt=5)]  # perf: n-plus-one-query; effect: query(Item) x |orders|
    return JsonResponse(found)


def export(request):
    rows = []
    for order in Order.objects.select_related("customer").iterator(chunk_size=500):  # ok: n-plus-one-lazy-load
        country = country_name(order.customer.country_id)  # ok: n-plus-one-query, n-plus-one-lazy-load
        rows.append([order.pk, order.customer.name, country])
    return JsonResponse({"rows": rows})


def first_open(request):
    for status in ("open", "late"):
        order = Order.objects.filter(status=status).first()  # ok: n-plus-one-query
        if order is not None:
            return JsonResponse({"order": order.pk})
    return JsonResponse({"order": None})


def status_counts(request):  # miss(cost): queries 3
    counts = {s: Order.objects.filter(status=s).count() for s in ["open", "paid", "sent"]}  # ok: n-plus-one-query
    return JsonResponse(counts)


def warehouse_report(request):  # cost: cache |Product|, queries 3 + |Product| * 2 + |Warehouse|
    report = {}
    for warehouse in Warehouse.objects.all()[:20]:
        report[warehouse.name] = Stock.objects.filter(warehouse=warehouse).count()  # perf: n-plus-one-query; effect: query(Stock) x |Warehouse|
    for product in Product.objects.order_by("-price")[:20]:
        report[product.name] = stock_of(product)  # perf: n-plus-one-query
    for product in Product.objects.order_by("price")[:20]:
        report[product.pk] = product_card(product.pk)  # perf: n-plus-one-request; false: n-plus-one-query
    return JsonResponse(report)


class MoveFormView(FormView):  # miss(cost): MoveFormView.post: queries 3, writes 1 + |Stock|
    form_class = MoveForm
    template_name = "shop/move.html"
    success_url = "/orders/"

    def form_valid(self, form):
        target = get_object_or_404(Warehouse, pk=form.cleaned_data["target"])
        for stock in Stock.objects.filter(warehouse_id=form.cleaned_data["source"]):  # perf(pedantic): unbounded-query
            stock.warehouse = target
            stock.save()  # perf(pedantic): n-plus-one-query
        Item.objects.filter(product__hidden=True).update(price=0)
        return super().form_valid(form)
