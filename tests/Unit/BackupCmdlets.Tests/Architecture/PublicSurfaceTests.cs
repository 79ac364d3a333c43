using System.Management.Automation;
using CloudBackup.Cmdlets.Tests.Support;
using CloudBackup.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Architecture;

/// <summary>Cmdlets, parameters and output types change only on purpose: scripts of users depend on them.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void The_syntax_of_the_cmdlets_is_the_approved_one()
    {
        using var session = new Session();
        var cmdlets = session.Run("Get-Command -Module CloudBackup").Select(item => (CmdletInfo)item.BaseObject);
        ApprovedList.Verify("tests/Unit/BackupCmdlets.Tests/Architecture/CmdletSyntax.txt", cmdlets.SelectMany(Lines), "BackupCmdlets.Tests");
    }

    private static IEnumerable<string> Lines(CmdletInfo cmdlet)
    {
        var outputs = cmdlet.OutputType.Select(output => output.Name).DefaultIfEmpty("nothing");
        yield return $"{cmdlet.Name} writes {string.Join(", ", outputs.Order(StringComparer.Ordinal))}";
        foreach (var set in cmdlet.ParameterSets)
        {
            var place = cmdlet.ParameterSets.Count == 1 ? "" : $" in {set.Name}{(set.IsDefault ? " (default)" : "")}";
            foreach (var parameter in set.Parameters.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name)))
            {
                yield return $"{cmdlet.Name} -{parameter.Name} <{parameter.ParameterType.Name}>{place}{Facts(parameter)}";
            }
        }
    }

    private static string Facts(CommandParameterInfo parameter) => string.Concat(
        parameter.IsMandatory ? ", mandatory" : "",
        parameter.Position >= 0 ? $", position {parameter.Position}" : "",
        parameter.ValueFromPipeline ? ", pipeline" : "",
        parameter.ValueFromPipelineByPropertyName ? ", by property name" : "",
        parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any() ? ", wildcards" : "",
        parameter.Aliases.Count > 0 ? $", alias {string.Join(", ", parameter.Aliases)}" : "");
}
