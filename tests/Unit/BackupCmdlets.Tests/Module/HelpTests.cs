using System.Management.Automation;
using CloudBackup.Cmdlets.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Module;

/// <summary>Get-Help in a real engine, on the built module.</summary>
public sealed class HelpTests
{
    [Fact]
    public void Every_cmdlet_has_synopsis_description_two_examples_and_links()
    {
        using var session = new Session();
        foreach (var help in HelpOfAll(session))
        {
            var name = help.Text("Name");
            Assert.True(help.Text("Synopsis").Length > 10, name);
            Assert.NotEmpty(Items(help.Properties["description"]?.Value));
            Assert.True(Items(Inside(help, "examples", "example")).Count >= 2, name);
            Assert.NotEmpty(Items(Inside(help, "relatedLinks", "navigationLink")));
            Assert.NotEmpty(Items(Inside(help, "inputTypes", "inputType")));
            Assert.NotEmpty(Items(Inside(help, "returnValues", "returnValue")));
        }
    }

    [Fact]
    public void Every_parameter_is_described_as_it_is()
    {
        using var session = new Session();
        foreach (var help in HelpOfAll(session))
        {
            var name = help.Text("Name");
            var actual = session.Invoke("(Get-Command $args[0]).Parameters.Values", name).Select(item => (ParameterMetadata)item.BaseObject)
                .Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name)).ToDictionary(parameter => parameter.Name);
            var told = Items(Inside(help, "parameters", "parameter"));
            Assert.Equal(actual.Keys.Order(StringComparer.Ordinal), told.Select(parameter => parameter.Text("name")).Order(StringComparer.Ordinal));
            foreach (var parameter in told)
            {
                var sets = actual[parameter.Text("name")].ParameterSets.Values;
                Assert.NotEmpty(Items(parameter.Properties["description"]?.Value));
                Assert.Equal(sets.All(set => set.IsMandatory), parameter.Text("required") == "true");
                Assert.Equal(sets.Any(set => set.ValueFromPipeline), parameter.Text("pipelineInput").Contains("ByValue", StringComparison.Ordinal));
                Assert.Equal(sets.Any(set => set.ValueFromPipelineByPropertyName), parameter.Text("pipelineInput").Contains("ByPropertyName", StringComparison.Ordinal));
                Assert.Equal(sets.Any(set => set.Position >= 0), parameter.Text("position") != "named");
            }
        }
    }

    [Fact]
    public void It_is_found_after_the_module_was_imported_again()
    {
        using var session = new Session();
        session.Invoke("Import-Module $args[0] -Force", Built.Manifest);
        Assert.StartsWith("Backs up an app", session.Run("(Get-Help New-AppBackup).Synopsis").Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_shows_syntax_and_parameters_on_the_screen()
    {
        using var session = new Session();
        var text = Shown.By(session, "Get-Help Get-AppBackup -Full");
        foreach (var part in new[] { "SYNOPSIS", "DESCRIPTION", "-Location <string[]>", "Accept wildcard characters?  true", "Example 1: ", "RELATED LINKS" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
        Assert.Contains("Get-AppBackup [[-Location] <string[]>] [-Site <string>] [-Newest]", text, StringComparison.Ordinal);
        Assert.Contains("Get-AppBackup -Id <string[]>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void About_topics_are_found_where_the_module_is_installed()
    {
        using var session = new Session();
        var installed = Path.GetFullPath(Path.Join(Path.GetDirectoryName(Built.Manifest), "../.."));
        var topics = Directory.EnumerateFiles(Path.Join(Path.GetDirectoryName(Built.Manifest), "en-US"), "about_*.help.txt")
            .Select(path => Path.GetFileName(path)[..^".help.txt".Length]).ToList();
        Assert.Contains("about_CloudBackup", topics);
        foreach (var topic in topics)
        {
            var text = session.Invoke("$env:PSModulePath = $args[0]; Get-Help -Name $args[1]", installed, topic).Single().ToString()!;
            Assert.Empty(session.Errors);
            Assert.StartsWith($"TOPIC\n    {topic}\n\nSHORT DESCRIPTION\n    ", text, StringComparison.Ordinal);
        }
    }

    private static List<PSObject> HelpOfAll(Session session)
    {
        var all = session.Run("Get-Command -Module CloudBackup | ForEach-Object { Get-Help $_.Name }").ToList();
        Assert.NotEmpty(all);
        return all;
    }

    /// <summary>What stands at a property of a property; PowerShell gives one item or an array.</summary>
    private static object? Inside(PSObject item, string outer, string inner) =>
        item.Properties[outer]?.Value is { } value ? PSObject.AsPSObject(value).Properties[inner]?.Value : null;

    private static List<PSObject> Items(object? value) => (value is PSObject wrapped && wrapped.BaseObject is object[] inside ? inside : value) switch
    {
        null => [],
        object[] many => [.. many.Select(PSObject.AsPSObject)],
        var one => [PSObject.AsPSObject(one)],
    };
}
