using System.Management.Automation.Language;
using CloudBackup.HelpBuilder.Cmdlets;
using Markdig.Syntax;

namespace CloudBackup.HelpBuilder.Pages;

/// <summary>Checks the PowerShell in pages: it parses, and calls cmdlets and parameters that exist.</summary>
internal sealed class CodeCheck(IReadOnlyList<CmdletFacts> cmdlets)
{
    private readonly Dictionary<string, CmdletFacts> _cmdlets = cmdlets.ToDictionary(cmdlet => cmdlet.Name, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _nouns = cmdlets.Select(cmdlet => cmdlet.Noun).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with the code in a page.</summary>
    public IEnumerable<Problem> Check(HelpPage page)
    {
        foreach (var block in page.Root.AllBlocks.SelectMany(CodeIn).Where(block => block.Info == CmdletPage.PowerShell))
        {
            var tree = Parser.ParseInput(block.Lines.ToString(), out _, out var errors);
            var firstLine = block.Line + 1;
            foreach (var error in errors)
            {
                yield return page.ProblemAt(firstLine + error.Extent.StartLineNumber, error.Message);
            }
            foreach (var call in tree.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
            {
                foreach (var message in Check(call))
                {
                    yield return page.ProblemAt(firstLine + call.Extent.StartLineNumber, message);
                }
            }
        }
    }

    private static IEnumerable<FencedCodeBlock> CodeIn(Block block) =>
        block is FencedCodeBlock code ? [code] : block is ContainerBlock container ? container.Descendants<FencedCodeBlock>() : [];

    private IEnumerable<string> Check(CommandAst call)
    {
        var name = call.GetCommandName() ?? "";
        if (!_cmdlets.TryGetValue(name, out var cmdlet))
        {
            var noun = name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..];
            return _nouns.Contains(noun) || noun.Contains("Backup", StringComparison.OrdinalIgnoreCase) ? [$"There is no cmdlet {name}."] : [];
        }
        return call.CommandElements.OfType<CommandParameterAst>()
            .Where(used => !IsParameter(cmdlet, used.ParameterName))
            .Select(used => $"{name} has no parameter -{used.ParameterName}.");
    }

    // Help shows whole names: an abbreviation that works today may be ambiguous tomorrow.
    private static bool IsParameter(CmdletFacts cmdlet, string name) =>
        System.Management.Automation.Cmdlet.CommonParameters.Contains(name, StringComparer.OrdinalIgnoreCase)
        || cmdlet.Parameters.Any(parameter => parameter.Aliases.Append(parameter.Name).Contains(name, StringComparer.OrdinalIgnoreCase));
}
