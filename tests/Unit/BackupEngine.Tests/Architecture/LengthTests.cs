using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CloudBackup.Tests.Architecture;

/// <summary>
/// Files and functions stay short enough to be read. A function is a method, a constructor, an operator, an accessor, a property with an arrow or a
/// local function with a body, from the first line of its signature to its last line. CONTRIBUTING.md has the same numbers.
/// </summary>
public sealed class LengthTests
{
    private const int LongestFile = 400;
    private const int LongestFunction = 50;
    private const int MedianFile = 67;
    private const int MedianFunction = 12;

    private static readonly string[] AllFolders = ["src", "tools", "bench", "tests", "examples"];

    /// <summary>Folders whose medians count: those of code that is not a test, which tells a story from top to bottom.</summary>
    private static readonly string[] CodeFolders = ["src", "tools", "bench"];

    [Fact]
    public void No_file_is_too_long_to_be_read()
    {
        var tooLong = SourceFile.Below(AllFolders).Where(file => file.Lines.Length > LongestFile).Select(file => $"{file.Path}: {file.Lines.Length} lines");
        Assert.True(!tooLong.Any(), $"Split by concept what has more than {LongestFile} lines:\n{string.Join('\n', tooLong)}");
    }

    [Fact]
    public void No_function_is_too_long_to_be_read()
    {
        var functions = FunctionsBelow(AllFolders);
        Assert.True(functions.Count > 4000);
        var tooLong = functions.Where(function => function.Lines > LongestFunction).Select(function => $"{function.Place}: {function.Lines} lines");
        Assert.True(!tooLong.Any(), $"Give the steps of what has more than {LongestFunction} lines their names:\n{string.Join('\n', tooLong)}");
    }

    [Fact]
    public void Most_files_and_functions_are_far_shorter()
    {
        var files = SourceFile.Below(CodeFolders).Where(IsCSharp).Select(file => file.Lines.Length);
        var functions = FunctionsBelow(CodeFolders).Where(function => function.HasBlock).Select(function => function.Lines);
        Assert.InRange(Median(files), 30, MedianFile);
        Assert.InRange(Median(functions), 5, MedianFunction);
    }

    [Theory]
    [InlineData("class C\n{\n    /// <summary>Not counted.</summary>\n    [A]\n    int F(\n        int x)\n    {\n        return x;\n    }\n}", 5, true)]
    [InlineData("class C\n{\n    int F() =>\n        1;\n}", 2, false)]
    [InlineData("class C\n{\n    int P => 1;\n}", 1, false)]
    [InlineData("class C\n{\n    int P\n    {\n        get\n        {\n            return 1;\n        }\n    }\n}", 4, true)]
    [InlineData("class C\n{\n    C()\n    {\n    }\n}", 3, true)]
    public void A_function_is_counted_from_its_signature_to_its_end(string code, int lines, bool hasBlock)
    {
        var function = Assert.Single(FunctionsOf(new SourceFile("C.cs", code.Split('\n'))));
        Assert.Equal((lines, hasBlock), (function.Lines, function.HasBlock));
    }

    [Fact]
    public void A_local_function_counts_in_the_one_around_it_too() => Assert.Equal(
        [7, 3], FunctionsOf(new SourceFile("C.cs", "class C\n{\n    void F()\n    {\n        G();\n        void G()\n        {\n        }\n    }\n}".Split('\n')))
            .Select(function => function.Lines));

    private static bool IsCSharp(SourceFile file) => file.Path.EndsWith(".cs", StringComparison.Ordinal);

    private static int Median(IEnumerable<int> lengths)
    {
        var ordered = lengths.Order().ToList();
        return ordered[ordered.Count / 2];
    }

    private static List<Function> FunctionsBelow(string[] folders) => [.. SourceFile.Below(folders).Where(IsCSharp).SelectMany(FunctionsOf)];

    private static IEnumerable<Function> FunctionsOf(SourceFile file)
    {
        var tree = CSharpSyntaxTree.ParseText(string.Join('\n', file.Lines), CSharpParseOptions.Default.WithDocumentationMode(DocumentationMode.None));
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            if (BodyOf(node) is { } body)
            {
                // Attributes stand before the signature.
                var first = node.ChildNodes().OfType<AttributeListSyntax>().LastOrDefault()?.GetLastToken().GetNextToken() ?? node.GetFirstToken();
                var start = tree.GetLineSpan(first.Span).StartLinePosition.Line;
                var end = tree.GetLineSpan(node.Span).EndLinePosition.Line;
                yield return new Function($"{file.Path}({start + 1})", end - start + 1, body is BlockSyntax);
            }
        }
    }

    private static SyntaxNode? BodyOf(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
        LocalFunctionStatementSyntax local => (SyntaxNode?)local.Body ?? local.ExpressionBody,
        AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        PropertyDeclarationSyntax property => property.ExpressionBody,
        IndexerDeclarationSyntax indexer => indexer.ExpressionBody,
        _ => null,
    };

    /// <summary>A function.</summary>
    /// <param name="Place">Its file and first line.</param>
    /// <param name="Lines">Its length.</param>
    /// <param name="HasBlock">Whether it has statements between braces, rather than an expression.</param>
    private sealed record Function(string Place, int Lines, bool HasBlock);
}
