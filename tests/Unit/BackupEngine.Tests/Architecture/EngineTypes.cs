using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CloudBackup.Tests.Architecture;

/// <summary>The types of the compiled engine: the folder that each is in, and the types that each refers to.</summary>
internal sealed class EngineTypes : IDisposable
{
    private const string Root = "CloudBackup";

    private readonly AssemblyDefinition _assembly;
    private readonly Dictionary<string, string> _folderOfPublicType;

    private EngineTypes(AssemblyDefinition assembly)
    {
        _assembly = assembly;
        _folderOfPublicType = (
            from file in SourceFile.Below("src/BackupEngine")
            from name in file.ReadTypes()
            select (name, Folder: Path.GetRelativePath("src/BackupEngine", Path.GetDirectoryName(file.Path)!).Replace('\\', '/')))
            .GroupBy(declared => declared.name).ToDictionary(group => group.Key, group => group.First().Folder);
    }

    /// <summary>The assemblies that the engine refers to.</summary>
    public IEnumerable<string> ReferencedAssemblies => _assembly.MainModule.AssemblyReferences.Select(reference => reference.Name);

    /// <summary>Reads the engine that these tests run with.</summary>
    public static EngineTypes Read() => new(AssemblyDefinition.ReadAssembly(typeof(BackupEngine).Assembly.Location));

    /// <summary>Each arrow once: a type of the engine refers to another one in another folder.</summary>
    public IEnumerable<TypeArrow> ReadArrows() =>
        from type in _assembly.MainModule.Types
        where FolderOf(type) is not null
        from used in References(type).Select(Outermost).Distinct()
        where used.Scope is ModuleDefinition && FolderOf(used) is { } folder && folder != FolderOf(type)
        select new TypeArrow(FolderOf(type)!, type.Name, FolderOf(used)!, used.Name);

    /// <summary>The types, and those within them, whose code sets a property of a type.</summary>
    public IEnumerable<string> FindWriters(string type, string property) =>
        from writer in _assembly.MainModule.GetTypes()
        where writer.Methods.Any(method => method.HasBody && method.Body.Instructions.Any(instruction =>
            instruction.Operand is MethodReference called && called.DeclaringType.FullName == type && called.Name == $"set_{property}"))
        select Outermost(writer).FullName;

    /// <inheritdoc/>
    public void Dispose() => _assembly.Dispose();

    /// <summary>The namespace says it, but for the public surface, where the source does; null for what the compiler makes.</summary>
    private string? FolderOf(TypeReference type) => type.Namespace switch
    {
        Root => _folderOfPublicType.GetValueOrDefault(Name(type)),
        var other when other.StartsWith(Root + ".", StringComparison.Ordinal) => other[(Root.Length + 1)..].Replace('.', '/'),
        _ => null,
    };

    private static string Name(TypeReference type) => type.Name.Split('`')[0];

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }
        return type;
    }

    private static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        IEnumerable<TypeReference?> used =
        [
            type.BaseType,
            .. type.Interfaces.Select(item => item.InterfaceType),
            .. type.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType),
            .. type.Fields.Select(field => field.FieldType),
            .. type.CustomAttributes.Select(attribute => attribute.AttributeType),
            .. type.Methods.SelectMany(References),
            .. type.NestedTypes.SelectMany(References),
        ];
        return used.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> References(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType),
        .. method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType) : [],
        .. method.HasBody ? method.Body.Instructions.SelectMany(instruction => References(instruction)) : [],
    ];

    private static IEnumerable<TypeReference?> References(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        MethodReference method =>
        [
            method.DeclaringType,
            method.ReturnType,
            .. method.Parameters.Select(parameter => parameter.ParameterType),
            .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
        ],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    /// <summary>The types that a type is put together from: arguments of generics, elements of arrays.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Prepend(generic.ElementType),
        FunctionPointerType pointer => pointer.Parameters.SelectMany(parameter => Parts(parameter.ParameterType)).Concat(Parts(pointer.ReturnType)),
        TypeSpecification made => Parts(made.ElementType),
        GenericParameter => [],
        _ => [type],
    };
}

/// <summary>A type refers to another one.</summary>
/// <param name="From">The folder of the type.</param>
/// <param name="Type">Its name.</param>
/// <param name="To">The folder of the other one.</param>
/// <param name="Used">The name of the other one.</param>
internal sealed record TypeArrow(string From, string Type, string To, string Used)
{
    /// <summary>The floor's part of a folder: the first one.</summary>
    public static string RoomOf(string folder) => folder.Split('/')[0];

    /// <inheritdoc/>
    public override string ToString() => $"{From}: {Type} refers to {Used} of {To}";
}
