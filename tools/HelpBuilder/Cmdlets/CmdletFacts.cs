using System.Management.Automation;
using System.Reflection;

namespace CloudBackup.HelpBuilder.Cmdlets;

/// <summary>What the compiled code says of a cmdlet.</summary>
internal sealed class CmdletFacts
{
    private CmdletFacts(Type type, CmdletAttribute attribute)
    {
        Type = type;
        Verb = attribute.VerbName;
        Noun = attribute.NounName;
        HelpUri = attribute.HelpUri;
        var defaults = new DefaultValues(type);
        ParameterSets = [.. new CmdletInfo(Name, type).ParameterSets.OrderBy(set => !set.IsDefault).Select(set => SetOf(set, defaults))];
        Parameters = [.. ParameterSets.SelectMany(set => set.Parameters).GroupBy(parameter => parameter.Name).Select(ParameterFacts.Merge)];
        Outputs = [.. type.GetCustomAttributes<OutputTypeAttribute>().SelectMany(output => output.Type).Select(output => output.Type.FullName!)];
    }

    public Type Type { get; }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    /// <summary>Where its page is on the web.</summary>
    public string HelpUri { get; }

    /// <summary>The ways to call it, the default one first.</summary>
    public IReadOnlyList<ParameterSetFacts> ParameterSets { get; }

    /// <summary>Each parameter once, those with a position first; without the ones that PowerShell adds to every cmdlet.</summary>
    public IReadOnlyList<ParameterFacts> Parameters { get; }

    /// <summary>The full names of the types that it says it writes.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The cmdlets of an assembly, by name.</summary>
    public static IReadOnlyList<CmdletFacts> Of(Assembly assembly) =>
    [
        .. from type in assembly.GetExportedTypes()
           let attribute = type.GetCustomAttribute<CmdletAttribute>()
           where attribute is not null && !type.IsAbstract
           select new CmdletFacts(type, attribute) into facts
           orderby facts.Name
           select facts,
    ];

    private static ParameterSetFacts SetOf(CommandParameterSetInfo set, DefaultValues defaults)
    {
        var own = set.Parameters.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name))
            .Select(parameter => ParameterFacts.Of(parameter, defaults.Of(parameter.Name)));
        return new ParameterSetFacts(set.Name, [.. own
            .OrderBy(parameter => parameter.Position ?? int.MaxValue)
            .ThenBy(parameter => !parameter.IsMandatory)
            .ThenBy(parameter => Cmdlet.OptionalCommonParameters.Contains(parameter.Name))]);
    }
}

/// <summary>One way to call a cmdlet.</summary>
internal sealed record ParameterSetFacts(string Name, IReadOnlyList<ParameterFacts> Parameters);
