use super::to_csharp;
use perflint_ir::{GapKind, Lang, OpKind, Role};
use perflint_syntax::Source;

fn becomes(razor: &str, csharp: &str) {
    assert_eq!(to_csharp(razor).text, csharp, "from {razor}");
}

#[test]
fn statements_stay_and_markup_goes() {
    becomes("<p>@@ a@b.c @* @x *@</p>", "");
    becomes("@foreach (var x in Model) { <li>@x.Name</li> }", "foreach (var x in Model) { var _e=x.Name; }");
    becomes("@if (a) { <b>it's</b> } else { @: @b\n }<i>c</i>", "if (a) {  }else { var _e=b;\n }");
    becomes("@{ switch (a) { case 1: <br> break; } }", "{ switch (a) { case 1:  break; } }");
    becomes("@(a + \")\")", "var _e=(a + \")\");");
}

#[test]
fn expressions_end_where_text_begins() {
    becomes("@a.B?.C!.D[0].E(f).G.", "var _e=a.B?.C!.D[0].E(f).G;");
    becomes("@await Html.PartialAsync(\"_X\", y)<br>", "var _e=await Html.PartialAsync(\"_X\", y);");
}

#[test]
fn directives_declare() {
    becomes("@page\n@using A.B\n@model List<C>\n", "using A.B;\nvar Model=(List<C>)_model;");
    becomes("@inject I Service\n", " I Service=_injected();");
    becomes("@functions { int F() { return 1; } }@G", "var _e=G;");
}

#[test]
fn tags_are_calls() {
    becomes("<partial name=\"_X\" model=\"y\" />", "var _e=Html.Partial(\"_X\",y);");
    becomes("<partial name=\"_X\" for=\"Items\" />", "var _e=Html.Partial(\"_X\",Model.Items);");
    becomes(
        "<vc:order-list count=\"1\" />",
        "Component.Named(\"OrderListViewComponent\").InvokeAsync((1));Component.Named(\"OrderListViewComponent\").Invoke((1));",
    );
}

#[test]
fn places_are_those_of_the_file() {
    let text = "<h1>@* *@</h1>\n@foreach (var x in Model.Items) { <li>@x.Name</li> }";
    let source = Source { text, path: "Views/A/B.cshtml", lang: Lang::Razor, role: Role::App };
    let file = crate::lower(source);
    assert!(perflint_ir::validate(&file).is_empty());
    let ops = file.bodies.iter().flat_map(|body| &body.ops);
    let read: Vec<&str> = ops
        .filter(|op| matches!(op.kind, OpKind::Get { .. }))
        .map(|op| &text[op.span.start as usize..op.span.end() as usize])
        .collect();
    assert_eq!(read, ["Model.Items", "x.Name"]);
}

#[test]
fn hostile_input_ends() {
    for part in
        ["@if (", "@{ ", "<partial ", "</", "@(", "<a @{ <b ", "@foreach (x) { <li>", "{\"", "@*", "é@é<"]
    {
        let text = part.repeat(20_000);
        let source = Source { text: &text, path: "a.cshtml", lang: Lang::Razor, role: Role::App };
        let file = crate::lower(source);
        assert!(file.gaps.iter().all(|gap| gap.kind != GapKind::Language));
    }
}
